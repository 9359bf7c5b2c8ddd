/* SPDX-License-Identifier: GPL-2.0-only */
/* The declaration tags of an object as facts: the set of `key=value` of each declaration.
 *
 * A tag without '=' is not ours and is passed over. All others must be known where they stand:
 * each room that reads a declaration states which keys it knows, and what nobody asked for is
 * refused at the end.
 */
#ifndef DESCRIBE_TAGS_H
#define DESCRIBE_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct btf;
struct tags;

/* A type, variable or function (component -1), or a member of it, and its tags. */
struct declaration {
	struct tags *tags;
	uint32_t type; /* BTF id */
	int component;
	size_t first, count; /* its tags */
};

enum tag_flag { TAG_OPTIONAL = 0, TAG_REQUIRED = 1, TAG_REPEATS = 2 };

struct tag_rule {
	const char *key;
	enum tag_flag flag;
};

/* Borrows the (checked) BTF. NULL without memory. */
struct tags *tags_new(const struct btf *btf);
void tags_free(struct tags *t);

struct declaration tags_of(struct tags *t, uint32_t type, int component);
/* The value of a key, NULL where it is not there. Lives as long as the BTF. */
const char *tags_get(const struct declaration *d, const char *key);
/* The values of a key that may stand several times: up to `max` of them into out, returns how
 * many there are. */
size_t tags_get_all(const struct declaration *d, const char *key, const char **out, size_t max);

/* Hold the declaration's tags against the keys it may have: 0, or -EINVAL and the message. */
int tags_check(const struct declaration *d, const struct tag_rule *rules, size_t nr_rules,
	       struct error *e);
/* Write "struct 'x' member 'y': key 'its value': reason: -EINVAL" (key may be NULL); returns
 * -EINVAL. */
int tags_refuse(const struct declaration *d, const char *key, struct error *e, const char *format,
		...) __attribute__((format(printf, 4, 5)));
/* -EINVAL and the message where a tag was never held against rules: it would have described
 * nothing. */
int tags_check_all_used(const struct tags *t, struct error *e);

#endif
