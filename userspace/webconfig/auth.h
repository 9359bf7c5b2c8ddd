/* SPDX-License-Identifier: GPL-2.0-only */
/* Basic authentication (RFC 7617). How long a refusal takes does not tell whether the user exists, and a password
 * that was right or wrong once is known by a keyed hash, so that neither a scrape nor who tries the same wrong one for ever
 * costs a bcrypt. */
#ifndef WEBCONFIG_AUTH_H
#define WEBCONFIG_AUTH_H

#include <stdbool.h>

#include "webconfig/webconfig.h"

#define AUTH_HEADER_MAX 1024
#define AUTH_DIGEST_BYTES 32

struct auth;

struct auth *auth_new(void);
void auth_free(struct auth *a);

enum auth_verdict { AUTH_PERMITTED, AUTH_REFUSED, AUTH_UNKNOWN };

/* A user and password that are not known to be right or wrong; of no use after auth_compute(). */
struct auth_claim {
	const struct webconfig_users *users; /* borrowed */
	char user[AUTH_HEADER_MAX]; /* the password stands behind its NUL */
	unsigned char
		digest[AUTH_DIGEST_BYTES]; /* of both and the hash: equal ones have one answer */
	bool has_digest;
};

/* What is known of the Authorization header (or NULL): permitted where it has the password of one of the users, or where
 * there are no users; unknown, with *c, where auth_compute() has to find out. Takes no time; from any thread. */
enum auth_verdict auth_recall(struct auth *a, const struct webconfig_users *users,
			      const char *authorization, struct auth_claim *c);
/* Whether it is right; remembers that, and wipes *c. Takes the time of a hash, on purpose: from one thread. */
bool auth_compute(struct auth *a, struct auth_claim *c);

#endif
