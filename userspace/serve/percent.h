/* SPDX-License-Identifier: GPL-2.0-only */
/* Percent-encoding of targets (RFC 3986, 2.1). */
#ifndef SERVE_PERCENT_H
#define SERVE_PERCENT_H

#include <stddef.h>

/* Decode `length` bytes into out[capacity] and end it. A '+' becomes `plus`: ' ' in a query, '+' elsewhere.
 * Returns the length; -EINVAL where it is malformed (also "%00", which would end the text early);
 * -ENAMETOOLONG. */
int percent_decode(const char *raw, size_t length, char plus, char *out, size_t capacity);

#endif
