/* SPDX-License-Identifier: GPL-2.0-only */
/* Basic authentication (RFC 7617). How long a refusal takes does not tell whether the user exists, and a password
 * that was right once is known by a keyed hash, so that a scrape does not cost a bcrypt. */
#ifndef WEBCONFIG_AUTH_H
#define WEBCONFIG_AUTH_H

#include <stdbool.h>

#include "webconfig/webconfig.h"

struct auth;

struct auth *auth_new(void);
void auth_free(struct auth *a);

/* Whether the Authorization header (or NULL) names one of the users and has its password; true where there are no
 * users. From any thread; one password is computed at a time. */
bool auth_permits(struct auth *a, const struct webconfig_users *users, const char *authorization);

#endif
