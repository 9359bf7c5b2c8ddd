// SPDX-License-Identifier: GPL-2.0-only
/* Counters behind a lock. */
#include "serve/admission.h"

#include <errno.h>
#include <time.h>

void admission_init(struct admission *a, unsigned int max)
{
	pthread_condattr_t attr;

	*a = (struct admission){ .max = max };
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->idle, &attr);
	pthread_condattr_destroy(&attr);
}

void admission_release(struct admission *a)
{
	pthread_cond_destroy(&a->idle);
	pthread_mutex_destroy(&a->lock);
}

bool admission_begin(struct admission *a, struct admitted *n, bool limited)
{
	bool admitted;

	pthread_mutex_lock(&a->lock);
	admitted = !limited || !a->max || a->limited < a->max;
	n->answering = true;
	n->limited = limited && admitted;
	a->answering++;
	a->limited += n->limited;
	pthread_mutex_unlock(&a->lock);
	return admitted;
}

void admission_made(struct admission *a, struct admitted *n)
{
	pthread_mutex_lock(&a->lock);
	a->limited -= n->limited;
	n->limited = false;
	pthread_mutex_unlock(&a->lock);
}

void admission_end(struct admission *a, struct admitted *n)
{
	pthread_mutex_lock(&a->lock);
	a->answering -= n->answering;
	a->limited -= n->limited;
	n->answering = n->limited = false;
	if (!a->answering)
		pthread_cond_signal(&a->idle);
	pthread_mutex_unlock(&a->lock);
}

void admission_wait(struct admission *a, unsigned int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&a->lock);
	while (a->answering && pthread_cond_timedwait(&a->idle, &a->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&a->lock);
}
