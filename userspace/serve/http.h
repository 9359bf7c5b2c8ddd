/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes meet the network: libmicrohttpd behind a table of routes. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "serve/route.h"

struct http;
struct listen_sockets;
struct web;

struct http_options {
	struct listen_sockets *sockets; /* taken over, and left empty */
	struct web *web; /* borrowed; or NULL */
	unsigned int
		max_requests; /* different ones that wait to be answered; over it 503; 0: no limit */
};

/* How many descriptors it takes to serve the fewest clients at so many sockets, besides these. */
unsigned int http_descriptors(size_t nr_sockets);
/* Serve at all sockets from own threads, which take the signals that the caller's thread does not block; -errno with
 * *e. `routes` is borrowed. */
int http_start(struct http **out, const struct http_route *routes, size_t nr_routes,
	       const struct http_options *o, struct error *e);
/* Whether every thread that serves has turned and no answer has been in the making for so long. Call it every now and
 * then, less than `ns` apart: each call asks, and the next one looks for the answer. */
bool http_alive(struct http *h, uint64_t ns);
/* Stop accepting, let running answers end for at most half a second, close. NULL is allowed. */
void http_stop(struct http *h);

#endif
