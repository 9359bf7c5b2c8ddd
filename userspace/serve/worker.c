// SPDX-License-Identifier: GPL-2.0-only
/* A queue, and a thread that takes from it. */
#include "serve/worker.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"

#define STACK_BYTES (256u << 10)

struct worker {
	pthread_t thread;
	bool started;
	atomic_uint_fast64_t began_ns; /* what it does now; 0: nothing */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct work *first, **last;
	unsigned int waiting;
	bool stop;
};

/* Let run who is about to add something, as long as that brings one more. With the lock held. */
static void gather(struct worker *w)
{
	unsigned int waiting;

	do {
		waiting = w->waiting;
		pthread_mutex_unlock(&w->lock);
		sched_yield();
		pthread_mutex_lock(&w->lock);
	} while (w->waiting > waiting);
}

/* All that waits, or NULL at the end. */
static struct work *take(struct worker *w)
{
	struct work *group;

	pthread_mutex_lock(&w->lock);
	while (!w->first && !w->stop)
		pthread_cond_wait(&w->changed, &w->lock);
	if (w->first)
		gather(w);
	group = w->first;
	w->first = NULL;
	w->last = &w->first;
	w->waiting = 0;
	pthread_mutex_unlock(&w->lock);
	return group;
}

static void *work(void *context)
{
	struct worker *w = context;
	struct work *job, *next;

	while ((job = take(w)))
		for (; job; job = next) {
			next = job->next; /* its owner may take it back as soon as it runs */
			atomic_store(&w->began_ns, clock_ns(CLOCK_MONOTONIC));
			job->run(job->context);
			atomic_store(&w->began_ns, 0);
		}
	return NULL;
}

struct worker *worker_new(void)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->last = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->started = !thread_start(&w->thread, STACK_BYTES, work, w);
	if (w->started)
		return w;
	worker_free(w);
	return NULL;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	worker_stop(w);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Only who finds the queue empty has somebody to wake, and does it when he no longer holds what that one needs. */
void worker_add(struct worker *w, struct work *job)
{
	bool stopped, wake;

	job->next = NULL;
	pthread_mutex_lock(&w->lock);
	stopped = w->stop;
	wake = !w->waiting;
	if (!stopped) {
		*w->last = job;
		w->last = &job->next;
		w->waiting++;
	}
	pthread_mutex_unlock(&w->lock);
	if (stopped)
		job->run(job->context);
	else if (wake)
		pthread_cond_signal(&w->changed);
}

uint64_t worker_busy_ns(struct worker *w)
{
	const uint64_t began = atomic_load(&w->began_ns), now = clock_ns(CLOCK_MONOTONIC);

	return began && now > began ? now - began : 0;
}

void worker_stop(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_mutex_unlock(&w->lock);
	pthread_cond_signal(&w->changed);
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
}
