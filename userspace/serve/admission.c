// SPDX-License-Identifier: GPL-2.0-only
/* Counters and a list behind a lock. */
#include "serve/admission.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"

void admission_init(struct admission *a, unsigned int max)
{
	*a = (struct admission){ .max = max };
	pthread_mutex_init(&a->lock, NULL);
	thread_condition_init(&a->idle);
}

void admission_release(struct admission *a)
{
	pthread_cond_destroy(&a->idle);
	pthread_mutex_destroy(&a->lock);
}

/* ---- who waits ---- */

static bool question_same(const struct question *a, const struct question *b)
{
	return !strcmp(a->path, b->path) && !strcmp(a->query, b->query) &&
	       !strcmp(a->accept, b->accept) && !strcmp(a->accept_encoding, b->accept_encoding);
}

static bool is_waited_for(const struct admission *a, const struct question *q)
{
	const struct admitted *n;

	for (n = a->waiting; n; n = n->next)
		if (!n->displaced && question_same(&n->question, q))
			return true;
	return false;
}

static unsigned int places_of(const struct admission *a, const struct client *c)
{
	const struct admitted *n;
	unsigned int places = 0;

	for (n = a->waiting; n; n = n->next)
		places += n->has_place && client_same(&n->client, c);
	return places;
}

/* The latest of the client with the most places, where another client would still have more than this one. */
static struct admitted *find_displaceable(const struct admission *a, const struct client *c)
{
	unsigned int most = places_of(a, c) + 1, places;
	struct admitted *n, *found = NULL;

	for (n = a->waiting; n; n = n->next) {
		if (!n->has_place)
			continue;
		places = places_of(a, &n->client);
		if (places <= most)
			continue;
		most = places;
		found = n;
	}
	return found;
}

static bool take_place(struct admission *a, struct admitted *n)
{
	struct admitted *other;

	if (a->max && a->placed >= a->max) {
		other = find_displaceable(a, &n->client);
		if (!other)
			return false;
		other->has_place = false;
		other->displaced = true;
		a->placed--;
	}
	n->has_place = true;
	a->placed++;
	return true;
}

static void leave(struct admitted *n)
{
	if (n->waits) {
		*n->back = n->next;
		if (n->next)
			n->next->back = n->back;
	}
	n->waits = false;
}

static void give_place(struct admission *a, struct admitted *n)
{
	a->placed -= n->has_place;
	n->has_place = false;
}

/* ---- the way of an answer ---- */

void admission_begin(struct admission *a, struct admitted *n)
{
	pthread_mutex_lock(&a->lock);
	a->answering += !n->answering;
	n->answering = true;
	n->displaced = false;
	pthread_mutex_unlock(&a->lock);
}

bool admission_wait(struct admission *a, struct admitted *n, const struct question *q,
		    const struct client *c)
{
	pthread_mutex_lock(&a->lock);
	n->question = *q;
	n->client = *c;
	n->waits = is_waited_for(a, q) || take_place(a, n);
	if (n->waits) {
		n->next = a->waiting;
		n->back = &a->waiting;
		if (n->next)
			n->next->back = &n->next;
		a->waiting = n;
	}
	pthread_mutex_unlock(&a->lock);
	return n->waits;
}

bool admission_turn(struct admission *a, struct admitted *n)
{
	bool displaced;

	pthread_mutex_lock(&a->lock);
	leave(n);
	displaced = n->displaced;
	pthread_mutex_unlock(&a->lock);
	return !displaced;
}

void admission_made(struct admission *a, struct admitted *n)
{
	pthread_mutex_lock(&a->lock);
	give_place(a, n);
	pthread_mutex_unlock(&a->lock);
}

void admission_end(struct admission *a, struct admitted *n)
{
	pthread_mutex_lock(&a->lock);
	leave(n);
	give_place(a, n);
	a->answering -= n->answering;
	n->answering = false;
	if (!a->answering)
		pthread_cond_signal(&a->idle);
	pthread_mutex_unlock(&a->lock);
}

void admission_drain(struct admission *a, unsigned int ms)
{
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + ms * 1000000ULL;
	const struct timespec until = { (time_t)(end / NS_PER_SECOND),
					(long)(end % NS_PER_SECOND) };

	pthread_mutex_lock(&a->lock);
	while (a->answering && pthread_cond_timedwait(&a->idle, &a->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&a->lock);
}
