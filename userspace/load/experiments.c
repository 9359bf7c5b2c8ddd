// SPDX-License-Identifier: GPL-2.0-only
/* The thread that makes the trials. */
#include "load/experiments.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"

struct experiments {
	pthread_t thread;
	pthread_mutex_t lock; /* of `runs` */
	bool runs; /* to be waited for */
	const struct features *features;
	struct preemption preemption;
	struct witness *witness;
};

static void *make(void *context)
{
	struct experiments *x = context;
	const int err = preemption_find(&x->preemption, features_types(x->features));

	if (err)
		log_event(LOG_DEBUG, "whether programs are preempted cannot be tried", "error",
			  error_name(err) ? error_name(err) : "EINVAL", NULL);
	x->witness = witness_new(x->features);
	return NULL;
}

struct experiments *experiments_new(const struct features *f)
{
	struct experiments *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->features = f;
	pthread_mutex_init(&x->lock, NULL);
	x->runs = !pthread_create(&x->thread, NULL, make, x);
	return x;
}

void experiments_wait(struct experiments *x)
{
	pthread_mutex_lock(&x->lock);
	if (x->runs)
		pthread_join(x->thread, NULL);
	x->runs = false;
	pthread_mutex_unlock(&x->lock);
}

void experiments_free(struct experiments *x)
{
	if (!x)
		return;
	experiments_wait(x);
	witness_free(x->witness);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

bool experiments_preempt(struct experiments *x, enum preemption_site site)
{
	if (!x || site == SITE_UNPREEMPTED)
		return false;
	experiments_wait(x);
	return site == SITE_FUNCTION ? x->preemption.at_functions : x->preemption.at_tracepoints;
}

const struct witness *experiments_witness(struct experiments *x)
{
	if (!x)
		return NULL;
	experiments_wait(x);
	return x->witness;
}
