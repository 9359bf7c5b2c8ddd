/* SPDX-License-Identifier: GPL-2.0-only */
/* The web configuration that holds now. A thread of its own looks once a second whether its file, or one that it
 * names, has changed, and reads them: nobody who serves waits for a file. */
#ifndef WEBCONFIG_WEB_H
#define WEBCONFIG_WEB_H

#include "webconfig/auth.h"
#include "webconfig/policy.h"
#include "webconfig/refusal.h"

struct web;

/* Read the file; -errno with *e where it is not valid. */
int web_open(struct web **out, const char *path, struct error *e);
/* Begin to look for changes; without it there are none. */
int web_watch(struct web *w, struct error *e);
void web_free(struct web *w); /* after the last web_put(); NULL is allowed */

/* Read the files again at once, changed or not; the log says what came of it. False where they did not answer within
 * so many milliseconds. */
bool web_reload(struct web *w, unsigned int ms);

/* What holds now. A file that is no longer valid, or that switches TLS on or off, is logged once and leaves what held
 * before. From any thread. */
const struct web_policy *web_get(struct web *w);
void web_put(struct web *w, const struct web_policy *p);

/* Whether a request may pass: AUTH_REFUSED with *why (too many requests, or not authenticated); AUTH_UNKNOWN with *c,
 * for web_compute() to find out. Whose password is known to be right passes whatever the rate is. From any thread. */
enum auth_verdict web_judge(struct web *w, const struct web_policy *p, const char *authorization,
			    struct auth_claim *c, const struct refusal **why);
/* As auth_compute(). */
bool web_compute(struct web *w, struct auth_claim *c);
/* What a wrong password is answered with. */
extern const struct refusal web_unauthorized;

#endif
