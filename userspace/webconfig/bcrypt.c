// SPDX-License-Identifier: GPL-2.0-only
/* bcrypt by libcrypt. */
#include "webconfig/bcrypt.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#define PREFIX_LENGTH 7 /* "$2b$10$" */
#define LENGTH 60

static const char characters[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

unsigned int bcrypt_cost(const char *hash)
{
	return (unsigned int)(hash[4] - '0') * 10 + (unsigned int)(hash[5] - '0');
}

bool bcrypt_valid(const char *hash)
{
	if (strlen(hash) != LENGTH || strncmp(hash, "$2", 2) || !strchr("aby", hash[2]) ||
	    hash[3] != '$' || strspn(hash + 4, "0123456789") != 2 || hash[6] != '$')
		return false;
	return bcrypt_cost(hash) >= 4 && bcrypt_cost(hash) <= 31 &&
	       strspn(hash + PREFIX_LENGTH, characters) == LENGTH - PREFIX_LENGTH;
}

/* Whether all bytes are the same, in a time that does not tell how many. */
static bool same(const char *a, const char *b)
{
	unsigned char different = 0;
	size_t i;

	for (i = 0; i < LENGTH; i++)
		different |= (unsigned char)(a[i] ^ b[i]);
	return !different;
}

bool bcrypt_verify(struct crypt_data *memory, const char *hash, const char *password)
{
	const char *computed;
	bool right;

	memset(memory, 0, sizeof(*memory));
	computed = crypt_r(password, hash, memory);
	right = computed && strlen(computed) == LENGTH && same(computed, hash);
	explicit_bzero(memory, sizeof(*memory));
	return right;
}

void bcrypt_waste(struct crypt_data *memory, unsigned int cost, const char *password)
{
	char hash[LENGTH + 1];

	/* No password has this hash: it is the salt alone. */
	snprintf(hash, sizeof(hash), "$2b$%02u$......................", cost);
	bcrypt_verify(memory, hash, password);
}
