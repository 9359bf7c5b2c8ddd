/* SPDX-License-Identifier: GPL-2.0-only */
/* What all connections share. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "serve/admission.h"

struct http_route;
struct passwords;
struct roster;
struct web;
struct worker;

struct server {
	const struct http_route *routes;
	size_t nr_routes;
	struct web *web; /* or NULL */
	bool tls;
	char *not_found; /* the text of 404 */
	struct admission admission;
	struct roster *roster;
	struct worker *worker; /* makes the answers of limited routes */
	struct passwords *passwords; /* NULL without `web` */
};

#endif
