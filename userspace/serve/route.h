/* SPDX-License-Identifier: GPL-2.0-only */
/* A path, and what answers requests for it. */
#ifndef SERVE_ROUTE_H
#define SERVE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "serve/response.h"

struct http_request {
	const char *path; /* without query, decoded */
	const char *accept, *accept_encoding; /* the headers, or "" */
	const char *query; /* raw, without '?', or "" */
	uint64_t asked_ns; /* when it had come, by CLOCK_MONOTONIC */
	uint64_t
		busy_ns; /* for how long the thread of limited routes has been making one answer; 0: it is not */
};

/* GET and HEAD only; others are answered 405 with Allow. `handle` is called from several threads at once, those of
 * limited routes from one. */
struct http_route {
	const char *path;
	void (*handle)(void *context, const struct http_request *q, struct http_response *a);
	void *context;
	bool limited; /* takes time: is made by a thread of its own, and counts for max_requests meanwhile */
};

#endif
