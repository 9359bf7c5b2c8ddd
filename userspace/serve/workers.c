// SPDX-License-Identifier: GPL-2.0-only
/* A queue, and threads that take from it. */
#include "serve/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define THREADS 8u /* so many scrapes can share a body; more wait for the next */
#define STACK_BYTES (256u << 10)

struct workers {
	pthread_t threads[THREADS];
	unsigned int nr;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct work *first, **last;
	bool stop;
};

/* The next one, or NULL at the end. */
static struct work *take(struct workers *all)
{
	struct work *w;

	pthread_mutex_lock(&all->lock);
	while (!all->first && !all->stop)
		pthread_cond_wait(&all->changed, &all->lock);
	w = all->first;
	if (w)
		all->first = w->next;
	if (!all->first)
		all->last = &all->first;
	pthread_mutex_unlock(&all->lock);
	return w;
}

static void *work(void *context)
{
	struct work *w;

	while ((w = take(context)))
		w->run(w->context);
	return NULL;
}

static int start_threads(struct workers *all)
{
	pthread_attr_t attr;
	int err = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	while (!err && all->nr < THREADS) {
		err = pthread_create(&all->threads[all->nr], &attr, work, all);
		all->nr += !err;
	}
	pthread_attr_destroy(&attr);
	return err;
}

struct workers *workers_new(void)
{
	struct workers *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->last = &all->first;
	pthread_mutex_init(&all->lock, NULL);
	pthread_cond_init(&all->changed, NULL);
	if (start_threads(all)) {
		workers_free(all);
		return NULL;
	}
	return all;
}

void workers_free(struct workers *all)
{
	if (!all)
		return;
	workers_stop(all);
	pthread_cond_destroy(&all->changed);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

void workers_add(struct workers *all, struct work *w)
{
	bool stopped;

	w->next = NULL;
	pthread_mutex_lock(&all->lock);
	stopped = all->stop;
	if (!stopped) {
		*all->last = w;
		all->last = &w->next;
		pthread_cond_signal(&all->changed);
	}
	pthread_mutex_unlock(&all->lock);
	if (stopped)
		w->run(w->context);
}

void workers_stop(struct workers *all)
{
	if (!all)
		return;
	pthread_mutex_lock(&all->lock);
	all->stop = true;
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
	while (all->nr)
		pthread_join(all->threads[--all->nr], NULL);
}
