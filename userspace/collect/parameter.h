/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a collector's parameter becomes the bytes of its constant. */
#ifndef COLLECT_PARAMETER_H
#define COLLECT_PARAMETER_H

#include "base/error.h"
#include "describe/description.h"

/* A scalar: a number that fits its bytes; "" leaves the bytes as they are. A set: a list of values separated by commas, whose
 * elements become 1 and all others 0; "" is the empty set. -EINVAL or -ENOENT with the value in *e. */
int parameter_encode(const struct parameter_description *p, const char *text, void *bytes,
		     struct error *e);
/* The same without writing. */
int parameter_check(const struct parameter_description *p, const char *text, struct error *e);

#endif
