/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads for what takes time, so that those that read requests go on reading. */
#ifndef SERVE_WORKERS_H
#define SERVE_WORKERS_H

struct workers;

/* A job; embedded in its owner, who keeps it until it has run. */
struct work {
	void (*run)(void *context);
	void *context;
	struct work *next; /* struct workers' */
};

struct workers *workers_new(void);
void workers_free(struct workers *all); /* NULL is allowed */

/* Run it soon, in the order of adding; at once, in the caller's thread, after workers_stop(). From any thread. */
void workers_add(struct workers *all, struct work *w);
/* Returns when all that was added has run. NULL is allowed. */
void workers_stop(struct workers *all);

#endif
