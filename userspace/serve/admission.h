/* SPDX-License-Identifier: GPL-2.0-only */
/* How many answers are under way, and who may wait for one that takes time.
 *
 * Places are for different questions: whoever asks what another one waits for already shares that answer, and needs
 * none. When all places are taken, the client that holds the most of them gives one up for a client that holds fewer.
 */
#ifndef SERVE_ADMISSION_H
#define SERVE_ADMISSION_H

#include <pthread.h>
#include <stdbool.h>

#include "serve/client.h"

/* What makes two answers the same. */
struct question {
	const char *path, *query, *accept, *accept_encoding;
};

struct admission {
	unsigned int max; /* places; 0: no limit */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t idle;
	unsigned int answering; /* answers not sent to the end */
	unsigned int placed; /* places that are taken */
	struct admitted *waiting; /* the latest first */
};

/* What one answer counts for; all members are the admission's. Zeroed: nothing. */
struct admitted {
	bool answering, waits, has_place, displaced;
	struct question question; /* borrowed while it waits */
	struct client client;
	struct admitted *next, **back;
};

void admission_init(struct admission *a, unsigned int max);
void admission_release(struct admission *a);

/* Count an answer as under way. */
void admission_begin(struct admission *a, struct admitted *n);
/* It waits for its turn; false where there is no place. */
bool admission_wait(struct admission *a, struct admitted *n, const struct question *q,
		    const struct client *c);
/* Its turn has come; false where its place went to another one meanwhile. */
bool admission_turn(struct admission *a, struct admitted *n);
/* It is made, and needs no place; not all of it needs to be sent, of which we hear late. */
void admission_made(struct admission *a, struct admitted *n);
void admission_end(struct admission *a, struct admitted *n);

/* Until no answer is under way, but no longer than so many milliseconds. */
void admission_drain(struct admission *a, unsigned int ms);

#endif
