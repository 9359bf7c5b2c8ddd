// SPDX-License-Identifier: GPL-2.0-only
/* Holds the states of the configuration, counted, and what lives longer than one of them. */
#include "webconfig/web.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "webconfig/auth.h"
#include "webconfig/filewatch.h"
#include "webconfig/ratelimit.h"
#include "webconfig/webfile.h"

struct web {
	char *path;
	struct auth *auth;
	pthread_mutex_t lock; /* of what follows, and of holders */
	struct web_policy *current;
	struct filewatch watch;
	struct ratelimit limit;
	struct error complaint; /* the last one that was logged */
};

/* ---- states ---- */

static void policy_free(struct web_policy *p)
{
	if (!p)
		return;
	tls_free(p->tls);
	webfile_free(p->config);
	free(p);
}

static void policy_release(struct web_policy *p)
{
	if (p && !--p->holders)
		policy_free(p);
}

/* What the configuration names is watched even where it is not valid: to set it right may be to change that. */
static int watch_named(struct filewatch *w, const struct webconfig_tls *t)
{
	const char *const paths[] = { t->cert_file, t->key_file, t->client_ca_file };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i])
			err = filewatch_add(w, paths[i]);
	return err;
}

static int load_into(struct web_policy *p, struct web *w, struct error *e)
{
	int err;

	filewatch_clear(&w->watch);
	err = filewatch_add(&w->watch, w->path);
	if (!err) {
		err = webfile_load(&p->config, w->path, e);
		if (!p->config)
			return err;
		err = watch_named(&w->watch, &p->config->tls);
	}
	if (err) {
		error_set(e, err, "file '%s': no memory: -ENOMEM", w->path);
		return err;
	}
	return p->config->tls.on ? tls_new(&p->tls, p->config, e) : 0;
}

static int load(struct web *w, struct web_policy **out, struct error *e)
{
	struct web_policy *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", w->path);
	p->holders = 1;
	err = load_into(p, w, e);
	if (!err && w->current && !w->current->tls != !p->tls)
		err = error_set(e, -EBUSY,
				"file '%s': TLS is switched %s: -EBUSY; that needs a restart",
				w->path, p->tls ? "on" : "off");
	if (err)
		policy_free(p);
	else
		*out = p;
	return err;
}

static void adopt(struct web *w, struct web_policy *p)
{
	policy_release(w->current);
	w->current = p;
	ratelimit_set(&w->limit, p->config->interval_ns, p->config->burst);
}

/* ---- reading again ---- */

static void complain_once(struct web *w, const struct error *e)
{
	if (strcmp(e->text, w->complaint.text))
		log_event(LOG_ERROR, "web configuration not taken, the former one stays", "reason",
			  e->text, NULL);
	w->complaint = *e;
}

static void refresh(struct web *w)
{
	struct web_policy *p = NULL;
	struct error e;
	bool plainly;

	if (!filewatch_changed(&w->watch, &plainly))
		return;
	load(w, &p, &e);
	if (!p) {
		complain_once(w, &e);
		return;
	}
	adopt(w, p);
	if (plainly || w->complaint.text[0])
		log_event(LOG_INFO, "web configuration read again", "file", w->path, NULL);
	w->complaint.text[0] = '\0';
}

const struct web_policy *web_get(struct web *w)
{
	struct web_policy *p = NULL;

	pthread_mutex_lock(&w->lock);
	refresh(w);
	p = w->current;
	p->holders++;
	pthread_mutex_unlock(&w->lock);
	return p;
}

void web_put(struct web *w, const struct web_policy *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&w->lock);
	policy_release((struct web_policy *)p);
	pthread_mutex_unlock(&w->lock);
}

/* ---- requests ---- */

static bool within_limit(struct web *w)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = ratelimit_take(&w->limit, clock_ns(CLOCK_MONOTONIC));
	pthread_mutex_unlock(&w->lock);
	return taken;
}

const struct refusal *web_refusal(struct web *w, const struct web_policy *p,
				  const char *authorization)
{
	static const struct refusal too_many = { MHD_HTTP_TOO_MANY_REQUESTS,
						 "429: too many requests (rate_limit)\n" };
	static const struct refusal unauthorized = { MHD_HTTP_UNAUTHORIZED,
						     "401: a user and password are needed\n" };

	if (!within_limit(w))
		return &too_many;
	return auth_permits(w->auth, &p->config->users, authorization) ? NULL : &unauthorized;
}

/* ---- life ---- */

static struct web *web_new(const char *path)
{
	struct web *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	w->path = strdup(path);
	w->auth = auth_new();
	if (w->path && w->auth)
		return w;
	web_free(w);
	return NULL;
}

int web_open(struct web **out, const char *path, struct error *e)
{
	struct web *w = web_new(path);
	struct web_policy *p = NULL;
	int err;

	if (!w)
		return error_set(e, -ENOMEM, "file '%s': no memory: -ENOMEM", path);
	err = load(w, &p, e);
	if (!p) {
		web_free(w);
		return err;
	}
	adopt(w, p);
	if (p->config->http2_asked)
		log_event(LOG_INFO, "http_server_config.http2 has no effect: HTTP/1.1 is served",
			  NULL);
	*out = w;
	return 0;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	policy_release(w->current);
	filewatch_clear(&w->watch);
	auth_free(w->auth);
	pthread_mutex_destroy(&w->lock);
	free(w->path);
	free(w);
}
