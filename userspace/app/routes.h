/* SPDX-License-Identifier: GPL-2.0-only */
/* Which path is answered by what. */
#ifndef APP_ROUTES_H
#define APP_ROUTES_H

#include "expose/exposition.h"
#include "serve/http.h"

struct routes;

/* The registry is loaded by then; it and the exposition are borrowed. NULL without memory. */
struct routes *routes_new(struct exposition *x, const struct registry *r,
			  const char *telemetry_path);
void routes_free(struct routes *s);

const struct http_route *routes_table(const struct routes *s, size_t *nr);

#endif
