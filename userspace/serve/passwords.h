/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread that finds out whether passwords are right, which takes a tenth of a second each, on purpose.
 *
 * A client has one pair in the queue at a time, so that nobody waits for a client that guesses; who asks for a pair that
 * is in the queue shares its answer. Who has left is not computed for.
 */
#ifndef SERVE_PASSWORDS_H
#define SERVE_PASSWORDS_H

#include <stdbool.h>

#include "serve/client.h"
#include "webconfig/auth.h"

struct passwords;
struct web;

enum password_answer { PASSWORD_RIGHT, PASSWORD_WRONG, PASSWORD_NOT_TAKEN, PASSWORD_CLIENT_LEFT };

/* Embedded in its owner, who keeps it until `done` is called, by the thread. */
struct password_job {
	struct auth_claim claim;
	struct client client;
	int fd;
	void (*done)(void *context, enum password_answer answer);
	void *context;
	struct password_job *next, *sharing; /* struct passwords' */
};

struct passwords *passwords_new(struct web *web);
void passwords_free(struct passwords *p); /* NULL is allowed */

/* From any thread. False, and nothing is called, where this client has another pair in the queue, or it is full. */
bool passwords_add(struct passwords *p, struct password_job *job);
/* Answers all that wait as if they had left, and takes none from now on. NULL is allowed. */
void passwords_stop(struct passwords *p);

#endif
