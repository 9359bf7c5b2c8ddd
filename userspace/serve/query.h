/* SPDX-License-Identifier: GPL-2.0-only */
/* The query of a request, "collect%5B%5D=block&name[]=x", as decoded parameters. */
#ifndef SERVE_QUERY_H
#define SERVE_QUERY_H

#include <stddef.h>

#include "serve/request_target.h"

#define QUERY_PARAMETERS_MAX 64

struct query_parameter {
	const char *name, *value; /* value: "" where there is no '=' */
};

struct query {
	struct query_parameter parameters[QUERY_PARAMETERS_MAX]; /* in their order */
	size_t nr;
	char text[TARGET_QUERY_MAX]; /* what they point into: a query cannot be copied */
};

/* 0; -EINVAL where a percent sign is not followed by two digits, or by those of 0; -E2BIG for more
 * parameters than fit; -ENAMETOOLONG. */
int query_parse(const char *raw, struct query *q);

#endif
