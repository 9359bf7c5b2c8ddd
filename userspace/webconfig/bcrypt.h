/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes of passwords by bcrypt: "$2b$10$" and 53 characters. */
#ifndef WEBCONFIG_BCRYPT_H
#define WEBCONFIG_BCRYPT_H

#include <stdbool.h>

struct crypt_data;

/* "$2a$", "$2b$" or "$2y$", cost 4 to 31. */
bool bcrypt_valid(const char *hash);
/* The logarithm of the time that a valid one takes. */
unsigned int bcrypt_cost(const char *hash);
/* Takes 2^cost steps, whether the password is right or not; `memory` is wiped afterwards. */
bool bcrypt_verify(struct crypt_data *memory, const char *hash, const char *password);
/* Take the time of a hash of that cost. */
void bcrypt_waste(struct crypt_data *memory, unsigned int cost, const char *password);

#endif
