/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread for what takes time, so that those that read requests go on reading.
 *
 * What waits is run as a group, which begins when nobody else is about to add to it.
 */
#ifndef SERVE_WORKER_H
#define SERVE_WORKER_H

#include <stdint.h>

struct worker;

/* A job; embedded in its owner, who keeps it until it has run. */
struct work {
	void (*run)(void *context);
	void *context;
	struct work *next; /* struct worker's */
};

struct worker *worker_new(void);
void worker_free(struct worker *w); /* NULL is allowed */

/* Run it soon, in the order of adding; at once, in the caller's thread, after worker_stop(). From any thread. */
void worker_add(struct worker *w, struct work *job);
/* For how long the job that runs now has been running; 0: none is. From any thread. */
uint64_t worker_busy_ns(struct worker *w);
/* Returns when all that was added has run. NULL is allowed. */
void worker_stop(struct worker *w);

#endif
