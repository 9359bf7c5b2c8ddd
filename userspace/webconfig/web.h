/* SPDX-License-Identifier: GPL-2.0-only */
/* The web configuration that holds now: read again when its file or one that it names has changed. */
#ifndef WEBCONFIG_WEB_H
#define WEBCONFIG_WEB_H

#include "webconfig/refusal.h"
#include "webconfig/tls.h"
#include "webconfig/webconfig.h"

struct web;

/* One state of it, held by connections and requests; never changes. */
struct web_policy {
	struct webconfig *config;
	struct tls *tls; /* NULL for plain HTTP */
	unsigned int holders; /* struct web's */
};

/* Read the file; -errno with *e where it is not valid. */
int web_open(struct web **out, const char *path, struct error *e);
void web_free(struct web *w); /* after the last web_put() */

/* What holds now. A file that is no longer valid, or that switches TLS on or off, is logged once and leaves what held
 * before. From any thread. */
const struct web_policy *web_get(struct web *w);
void web_put(struct web *w, const struct web_policy *p);

/* Why a request is refused before it is looked at, static: too many, or not authenticated; NULL if it is not. */
const struct refusal *web_refusal(struct web *w, const struct web_policy *p,
				  const char *authorization);

#endif
