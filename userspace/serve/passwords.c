// SPDX-License-Identifier: GPL-2.0-only
/* A queue, and a thread that takes from it. */
#include "serve/passwords.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "webconfig/web.h"

#define STACK_BYTES (256u << 10)
#define WAITING_MAX 64

struct passwords {
	struct web *web;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct password_job
		*first; /* pairs that wait, in their order; others for the same pair share one */
	struct password_job *running; /* no longer among them */
	unsigned int waiting;
	bool stop;
};

/* ---- who is there ---- */

static int events_of(const struct password_job *job)
{
	struct pollfd p = { .fd = job->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1 ? p.revents : 0;
}

/* Somebody waits for the answer who has neither closed nor shut his side of the connection. */
static bool is_waited_for(const struct password_job *job)
{
	for (; job; job = job->sharing)
		if (!events_of(job))
			return true;
	return false;
}

/* Whoever shut his side of the connection may have closed it: the kernel does not tell before we send. So he is served
 * when nobody else waits. */
static bool may_be_waited_for(const struct password_job *job)
{
	for (; job; job = job->sharing)
		if (!(events_of(job) & (POLLHUP | POLLERR)))
			return true;
	return false;
}

/* ---- the thread ---- */

static void answer(struct password_job *job, enum password_answer answer)
{
	struct password_job *next;

	for (; job; job = next) {
		next = job->sharing; /* its owner may take it back as soon as it is answered */
		explicit_bzero(&job->claim, sizeof(job->claim));
		job->done(job->context, answer);
	}
}

static struct password_job *take_first(struct passwords *p,
				       bool (*which)(const struct password_job *job))
{
	struct password_job **at = &p->first, *job;

	while (*at && !which(*at))
		at = &(*at)->next;
	job = *at;
	if (job) {
		*at = job->next;
		p->waiting--;
	}
	return job;
}

static bool any(const struct password_job *job)
{
	return job;
}

/* With the lock held, which is given up meanwhile. */
static void do_next(struct passwords *p)
{
	enum password_answer found = PASSWORD_CLIENT_LEFT;
	struct auth_claim claim;
	struct password_job *job;

	p->running = p->stop ? NULL : take_first(p, is_waited_for);
	if (!p->running && !p->stop)
		p->running = take_first(p, may_be_waited_for);
	if (p->running) {
		claim = p->running->claim;
		pthread_mutex_unlock(&p->lock);
		found = web_compute(p->web, &claim) ? PASSWORD_RIGHT : PASSWORD_WRONG;
		pthread_mutex_lock(&p->lock);
		job = p->running;
		p->running = NULL;
	} else {
		job = take_first(p, any);
	}
	pthread_mutex_unlock(&p->lock);
	answer(job, found);
	pthread_mutex_lock(&p->lock);
}

static void *work(void *context)
{
	struct passwords *p = context;

	pthread_mutex_lock(&p->lock);
	while (p->first || !p->stop) {
		if (p->first)
			do_next(p);
		else
			pthread_cond_wait(&p->changed, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- jobs ---- */

static bool same_pair(const struct password_job *a, const struct password_job *b)
{
	return a->claim.has_digest && b->claim.has_digest &&
	       !memcmp(a->claim.digest, b->claim.digest, sizeof(a->claim.digest));
}

static bool share(struct password_job *with, struct password_job *job)
{
	if (!with || !same_pair(with, job))
		return false;
	job->sharing = with->sharing;
	with->sharing = job;
	return true;
}

/* Or where it must go to. */
static bool share_any(struct passwords *p, struct password_job *job, struct password_job ***end,
		      bool *refused)
{
	struct password_job **at;

	*refused = p->running && client_same(&p->running->client, &job->client);
	if (share(p->running, job))
		return true;
	for (at = &p->first; *at; at = &(*at)->next) {
		if (share(*at, job))
			return true;
		*refused |= client_same(&(*at)->client, &job->client);
	}
	*end = at;
	return false;
}

static bool add(struct passwords *p, struct password_job *job)
{
	struct password_job **end = NULL;
	bool refused;

	if (p->stop)
		return false;
	if (share_any(p, job, &end, &refused))
		return true;
	if (refused || p->waiting == WAITING_MAX)
		return false;
	*end = job;
	p->waiting++;
	pthread_cond_signal(&p->changed);
	return true;
}

bool passwords_add(struct passwords *p, struct password_job *job)
{
	bool added;

	job->next = job->sharing = NULL;
	pthread_mutex_lock(&p->lock);
	added = add(p, job);
	pthread_mutex_unlock(&p->lock);
	if (!added)
		explicit_bzero(&job->claim, sizeof(job->claim));
	return added;
}

/* ---- life ---- */

struct passwords *passwords_new(struct web *web)
{
	struct passwords *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->web = web;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->started = !thread_start(&p->thread, STACK_BYTES, work, p);
	if (p->started)
		return p;
	passwords_free(p);
	return NULL;
}

void passwords_stop(struct passwords *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (p->started)
		pthread_join(p->thread, NULL);
	p->started = false;
}

void passwords_free(struct passwords *p)
{
	if (!p)
		return;
	passwords_stop(p);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
