/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes meet the network: libmicrohttpd behind a table of routes. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "serve/response.h"

struct http;
struct web;

struct http_request {
	const char *path; /* without query, decoded */
	const char *accept, *accept_encoding; /* the headers, or "" */
	const char *query; /* raw, without '?', or "" */
};

/* GET and HEAD only; others are answered 405 with Allow. `handle` is called from several threads at once. */
struct http_route {
	const char *path;
	void (*handle)(void *context, const struct http_request *q, struct http_response *a);
	void *context;
	bool limited; /* takes time: counts for max_requests */
};

struct http_options {
	const char *const *listen; /* as address_parse() takes them; NULL-terminated */
	bool systemd_sockets; /* those that systemd passed, and none of `listen` */
	struct web *web; /* borrowed; or NULL */
	unsigned int max_requests; /* at the same time; over it 503; 0: no limit */
};

/* Bind all addresses and serve from own threads; -errno with *e (address in use and what to do). `routes` is
 * borrowed. */
int http_start(struct http **out, const struct http_route *routes, size_t nr_routes,
	       const struct http_options *o, struct error *e);
/* Stop accepting, let running answers end for at most half a second, close. NULL is allowed. */
void http_stop(struct http *h);

#endif
