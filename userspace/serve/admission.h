/* SPDX-License-Identifier: GPL-2.0-only */
/* How many answers are under way, and how many of the limited ones may be made at the same time. */
#ifndef SERVE_ADMISSION_H
#define SERVE_ADMISSION_H

#include <pthread.h>
#include <stdbool.h>

struct admission {
	unsigned int max; /* limited answers in the making; 0: no limit */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t idle;
	unsigned int answering; /* answers not sent to the end */
	unsigned int limited; /* those of them that are not made */
};

/* What one answer counts for. Zeroed: nothing. */
struct admitted {
	bool answering, limited;
};

void admission_init(struct admission *a, unsigned int max);
void admission_release(struct admission *a);

/* Count an answer as under way; false where there are too many, and the refusal counts as one that is not limited. */
bool admission_begin(struct admission *a, struct admitted *n, bool limited);
/* It is made, and counts no longer for max; not all of it needs to be sent, of which we hear late. */
void admission_made(struct admission *a, struct admitted *n);
void admission_end(struct admission *a, struct admitted *n);
/* Until no answer is under way, but no longer than so many milliseconds. */
void admission_wait(struct admission *a, unsigned int ms);

#endif
