// SPDX-License-Identifier: GPL-2.0-only
/* A list of connections, and a thread that sleeps until the first of them is late. */
#include "serve/deadline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

#define NEVER UINT64_MAX
#define STACK_BYTES (64u << 10)

struct deadlines {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t earlier; /* than what the thread sleeps until, or the end */
	struct deadline *first;
	uint64_t wake_ns;
	bool stop;
};

/* Shut down what is late; returns when the next one will be. The owner's event loop then sees the end and closes. */
static uint64_t shut_late(struct deadlines *all)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t next = NEVER;
	struct deadline *d;

	for (d = all->first; d; d = d->next) {
		if (d->at_ns <= now) {
			shutdown(d->fd, SHUT_RDWR);
			d->at_ns = NEVER;
		}
		if (d->at_ns < next)
			next = d->at_ns;
	}
	return next;
}

static void *watch(void *context)
{
	struct deadlines *all = context;
	struct timespec until;

	pthread_mutex_lock(&all->lock);
	while (!all->stop) {
		all->wake_ns = shut_late(all);
		until.tv_sec = (time_t)(all->wake_ns / NS_PER_SECOND);
		until.tv_nsec = (long)(all->wake_ns % NS_PER_SECOND);
		if (all->wake_ns == NEVER)
			pthread_cond_wait(&all->earlier, &all->lock);
		else
			pthread_cond_timedwait(&all->earlier, &all->lock, &until);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

static int start_thread(struct deadlines *all)
{
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	err = pthread_create(&all->thread, &attr, watch, all);
	pthread_attr_destroy(&attr);
	return err;
}

struct deadlines *deadlines_new(void)
{
	struct deadlines *all = calloc(1, sizeof(*all));
	pthread_condattr_t attr;

	if (!all)
		return NULL;
	all->wake_ns = NEVER;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&all->earlier, &attr);
	pthread_condattr_destroy(&attr);
	if (start_thread(all)) {
		free(all);
		return NULL;
	}
	return all;
}

void deadlines_free(struct deadlines *all)
{
	if (!all)
		return;
	pthread_mutex_lock(&all->lock);
	all->stop = true;
	pthread_cond_signal(&all->earlier);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->thread, NULL);
	pthread_cond_destroy(&all->earlier);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

static void set_locked(struct deadlines *all, struct deadline *d, unsigned int seconds)
{
	d->at_ns = clock_ns(CLOCK_MONOTONIC) + seconds * NS_PER_SECOND;
	if (d->at_ns < all->wake_ns)
		pthread_cond_signal(&all->earlier);
}

void deadline_add(struct deadlines *all, struct deadline *d, int fd, unsigned int seconds)
{
	pthread_mutex_lock(&all->lock);
	d->fd = fd;
	d->next = all->first;
	d->back = &all->first;
	if (d->next)
		d->next->back = &d->next;
	all->first = d;
	set_locked(all, d, seconds);
	pthread_mutex_unlock(&all->lock);
}

void deadline_set(struct deadlines *all, struct deadline *d, unsigned int seconds)
{
	pthread_mutex_lock(&all->lock);
	set_locked(all, d, seconds);
	pthread_mutex_unlock(&all->lock);
}

void deadline_remove(struct deadlines *all, struct deadline *d)
{
	pthread_mutex_lock(&all->lock);
	*d->back = d->next;
	if (d->next)
		d->next->back = d->back;
	pthread_mutex_unlock(&all->lock);
}
