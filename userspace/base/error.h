/* SPDX-License-Identifier: GPL-2.0-only */
/* One message about the first cause of a failure, carried up to whoever knows the subject's reader.
 *
 * Functions return 0 or -errno and fill `struct error`; the message reads
 * `subject 'name': what failed: -ENAME` plus, after a semicolon, what to do about it.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

struct error {
	char text[1024];
};

/* Write the message and return `code` (a negative errno), so that `return error_set(e, -EINVAL, ...)`
 * reads well. `e` may be NULL. A message that is too long is cut and ends in "...". */
int error_set(struct error *e, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the message; returns `code`. */
int error_prefix(struct error *e, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "ENOENT" for 2 or -2; "E4095" style digits for a number without a name. Thread-safe, static storage
 * for named ones, NULL for unnamed ones. */
const char *error_name(int code);

#endif
