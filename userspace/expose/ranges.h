/* SPDX-License-Identifier: GPL-2.0-only */
/* The lists that a client says its preferences with: Accept and Accept-Encoding (RFC 9110, 12.5).
 *
 *	text/plain;version=0.0.4, application/openmetrics-text;q=0.5
 */
#ifndef EXPOSE_RANGES_H
#define EXPOSE_RANGES_H

#include <stdbool.h>
#include <stddef.h>

#define RANGE_PARAMETERS_MAX 8
#define RANGE_WEIGHT_MAX 1000

/* Bytes of the header. */
struct substring {
	const char *at;
	size_t length;
};

struct range {
	struct substring type; /* "text" or "*"; of Accept-Encoding the coding */
	struct substring subtype; /* "plain" or "*"; without a slash: empty */
	struct {
		struct substring name, value; /* a quoted value without its quotes */
	} parameters[RANGE_PARAMETERS_MAX]; /* without q */
	unsigned int nr_parameters; /* those beyond the ceiling are left out */
	unsigned int weight; /* q, in thousandths; 0: not this one */
};

/* Read the next element at *at, which moves behind it: 1; 0 at the end; -EINVAL where the list is malformed. */
int ranges_next(const char **at, struct range *out);

/* Whether the bytes are this text, without regard to case. */
bool substring_is(struct substring s, const char *text);

#endif
