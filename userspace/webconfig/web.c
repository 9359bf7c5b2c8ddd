// SPDX-License-Identifier: GPL-2.0-only
/* Holds the states of the configuration, counted, and what lives longer than one of them. */
#include "webconfig/web.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "webconfig/ratelimit.h"

#define STACK_BYTES (256u << 10) /* the libraries that read */
#define STOP_MS 500

enum status { UNAUTHORIZED = 401, TOO_MANY_REQUESTS = 429 };

struct web {
	char *path;
	struct auth *auth;
	pthread_t thread;
	bool watched;

	/* The thread's alone, once it runs. */
	struct filewatch files;
	struct error complaint; /* the last one that was logged */

	pthread_mutex_t
		lock; /* of what follows, and of holders; no file is touched and nothing logged under it */
	pthread_cond_t wake, answered;
	struct web_policy *current;
	struct ratelimit limit;
	unsigned int asked, done; /* to read again */
	bool stop, stopped;
};

const struct refusal web_unauthorized = { UNAUTHORIZED, "401: a user and password are needed\n" };

/* ---- states ---- */

static void adopt(struct web *w, struct web_policy *p)
{
	struct web_policy *former;

	pthread_mutex_lock(&w->lock);
	former = w->current;
	w->current = p;
	ratelimit_set(&w->limit, p->config->interval_ns, p->config->burst);
	pthread_mutex_unlock(&w->lock);
	web_put(w, former);
}

const struct web_policy *web_get(struct web *w)
{
	struct web_policy *p;

	pthread_mutex_lock(&w->lock);
	p = w->current;
	p->holders++;
	pthread_mutex_unlock(&w->lock);
	return p;
}

void web_put(struct web *w, const struct web_policy *policy)
{
	struct web_policy *p = (struct web_policy *)policy;
	bool last;

	if (!p)
		return;
	pthread_mutex_lock(&w->lock);
	last = !--p->holders;
	pthread_mutex_unlock(&w->lock);
	if (last)
		policy_free(p);
}

/* ---- reading again ---- */

static void complain_once(struct web *w, const struct error *e, bool again)
{
	if (again || strcmp(e->text, w->complaint.text))
		log_event(LOG_ERROR, "web configuration rejected, the previous one stays in effect",
			  "reason", e->text, NULL);
	w->complaint = *e;
}

static int load(struct web *w, struct web_policy **out, struct error *e)
{
	const int err = policy_load(out, w->path, &w->files, e);

	/* What holds has no other lock: only this thread changes it. */
	if (err || !w->current->tls == !(*out)->tls)
		return err;
	error_set(e, -EBUSY, "file '%s': switching TLS %s: -EBUSY; that needs a restart", w->path,
		  (*out)->tls ? "on" : "off");
	policy_free(*out);
	return -EBUSY;
}

static void refresh(struct web *w, bool asked)
{
	struct web_policy *p = NULL;
	struct error e;
	bool plainly;

	if (!filewatch_changed(&w->files, &plainly) && !asked)
		return;
	if (load(w, &p, &e)) {
		complain_once(w, &e, asked);
		return;
	}
	adopt(w, p);
	if (plainly || asked || w->complaint.text[0])
		log_event(LOG_INFO, "web configuration read again", "file", w->path, NULL);
	w->complaint.text[0] = '\0';
}

/* With the lock held: until somebody asks, or a second is over. */
static void wait_for_second(struct web *w)
{
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + NS_PER_SECOND;
	const struct timespec until = { (time_t)(end / NS_PER_SECOND),
					(long)(end % NS_PER_SECOND) };

	while (!w->stop && w->asked == w->done &&
	       pthread_cond_timedwait(&w->wake, &w->lock, &until) != ETIMEDOUT)
		;
}

static void *watch(void *context)
{
	struct web *w = context;
	unsigned int asked;

	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		wait_for_second(w);
		asked = w->asked;
		pthread_mutex_unlock(&w->lock);
		refresh(w, asked != w->done);
		pthread_mutex_lock(&w->lock);
		w->done = asked;
		pthread_cond_broadcast(&w->answered);
	}
	w->stopped = true;
	pthread_cond_broadcast(&w->answered);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* With the lock held; false where it took too long. */
static bool wait_for_answer(struct web *w, const bool *done, unsigned int number, unsigned int ms)
{
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + ms * 1000000ULL;
	const struct timespec until = { (time_t)(end / NS_PER_SECOND),
					(long)(end % NS_PER_SECOND) };

	while (done ? !*done : (int)(w->done - number) < 0)
		if (pthread_cond_timedwait(&w->answered, &w->lock, &until) == ETIMEDOUT)
			return false;
	return true;
}

bool web_reload(struct web *w, unsigned int ms)
{
	bool answered;

	pthread_mutex_lock(&w->lock);
	w->asked++;
	pthread_cond_signal(&w->wake);
	answered = wait_for_answer(w, NULL, w->asked, ms);
	pthread_mutex_unlock(&w->lock);
	return answered;
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

enum auth_verdict web_judge(struct web *w, const struct web_policy *p, const char *authorization,
			    struct auth_claim *c, const struct refusal **why)
{
	static const struct refusal too_many = { TOO_MANY_REQUESTS,
						 "429: too many requests (rate_limit)\n" };
	const struct webconfig_users *users = &p->config->users;
	const enum auth_verdict verdict = auth_recall(w->auth, users, authorization, c);

	if (users->nr && verdict == AUTH_PERMITTED)
		return verdict;
	*why = &web_unauthorized;
	if (within_limit(w))
		return verdict;
	*why = &too_many;
	explicit_bzero(c, sizeof(*c));
	return AUTH_REFUSED;
}

bool web_compute(struct web *w, struct auth_claim *c)
{
	return auth_compute(w->auth, c);
}

/* ---- life ---- */

static struct web *web_new(const char *path)
{
	struct web *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	thread_condition_init(&w->wake);
	thread_condition_init(&w->answered);
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
	err = policy_load(&p, path, &w->files, e);
	if (err) {
		web_free(w);
		return err;
	}
	adopt(w, p);
	if (p->config->http2_asked)
		log_event(
			LOG_INFO,
			"http_server_config.http2 has no effect: the exporter serves HTTP/1.1 only",
			NULL);
	*out = w;
	return 0;
}

int web_watch(struct web *w, struct error *e)
{
	const int err = thread_start(&w->thread, STACK_BYTES, watch, w);

	if (err)
		return error_set(e, -err, "file '%s': no thread: -%s", w->path, error_name(err));
	w->watched = true;
	return 0;
}

/* False where it is stuck in a file; then it stays, and what it uses with it. */
static bool stop_watching(struct web *w)
{
	bool stopped;

	if (!w->watched)
		return true;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	stopped = wait_for_answer(w, &w->stopped, 0, STOP_MS);
	pthread_mutex_unlock(&w->lock);
	if (stopped)
		pthread_join(w->thread, NULL);
	return stopped;
}

void web_free(struct web *w)
{
	if (!w || !stop_watching(w))
		return;
	policy_free(w->current);
	filewatch_clear(&w->files);
	auth_free(w->auth);
	pthread_cond_destroy(&w->answered);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w->path);
	free(w);
}
