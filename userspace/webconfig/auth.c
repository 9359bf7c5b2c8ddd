// SPDX-License-Identifier: GPL-2.0-only
/* Takes the header apart, and remembers what was right. */
#include "webconfig/auth.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "webconfig/bcrypt.h"

#define KNOWN_MAX 64
#define DIGEST_BYTES 32
#define HEADER_MAX 1024

/* What is known to be right: HMACs of user, hash and password. A hash that changed makes its entries useless. */
struct auth {
	pthread_mutex_t lock; /* of what follows */
	unsigned char key[DIGEST_BYTES];
	unsigned char known[KNOWN_MAX][DIGEST_BYTES];
	size_t nr_known, next;

	pthread_mutex_t computing; /* of what follows; taken first */
	struct crypt_data memory;
};

/* A header taken apart; the strings are within `bytes`. */
struct credentials {
	char bytes[HEADER_MAX];
	const char *user, *password;
};

struct auth *auth_new(void)
{
	struct auth *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	if (getrandom(a->key, sizeof(a->key), 0) != sizeof(a->key)) {
		free(a);
		return NULL;
	}
	pthread_mutex_init(&a->lock, NULL);
	pthread_mutex_init(&a->computing, NULL);
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->computing);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

/* ---- the header ---- */

static bool split(const gnutls_datum_t *decoded, struct credentials *c)
{
	char *colon;

	/* A password must not end early at a NUL. */
	if (decoded->size >= sizeof(c->bytes) || memchr(decoded->data, '\0', decoded->size))
		return false;
	memcpy(c->bytes, decoded->data, decoded->size);
	c->bytes[decoded->size] = '\0';
	colon = strchr(c->bytes, ':');
	if (!colon)
		return false;
	*colon = '\0';
	c->user = c->bytes;
	c->password = colon + 1;
	return true;
}

static bool parse(const char *authorization, struct credentials *c)
{
	static const char scheme[] = "Basic ";
	gnutls_datum_t encoded, decoded;
	bool valid;

	if (!authorization || strncasecmp(authorization, scheme, strlen(scheme)))
		return false;
	authorization += strlen(scheme);
	authorization += strspn(authorization, " ");
	encoded.data = (unsigned char *)authorization;
	encoded.size = (unsigned int)strcspn(authorization, " ");
	if (!encoded.size || gnutls_base64_decode2(&encoded, &decoded))
		return false;
	valid = split(&decoded, c);
	explicit_bzero(decoded.data, decoded.size);
	gnutls_free(decoded.data);
	return valid;
}

/* ---- what is known ---- */

static bool digest(const struct auth *a, const struct webconfig_user *u, const char *password,
		   unsigned char out[DIGEST_BYTES])
{
	gnutls_hmac_hd_t h;

	if (gnutls_hmac_init(&h, GNUTLS_MAC_SHA256, a->key, sizeof(a->key)))
		return false;
	/* With their NULs: no two triples have the same bytes. */
	gnutls_hmac(h, u->name, strlen(u->name) + 1);
	gnutls_hmac(h, u->hash, strlen(u->hash) + 1);
	gnutls_hmac(h, password, strlen(password));
	gnutls_hmac_deinit(h, out);
	return true;
}

static bool is_known(struct auth *a, const unsigned char d[DIGEST_BYTES])
{
	bool found = false;
	size_t i;

	pthread_mutex_lock(&a->lock);
	for (i = 0; i < a->nr_known; i++)
		found |= !gnutls_memcmp(a->known[i], d, DIGEST_BYTES);
	pthread_mutex_unlock(&a->lock);
	return found;
}

static void remember(struct auth *a, const unsigned char d[DIGEST_BYTES])
{
	pthread_mutex_lock(&a->lock);
	memcpy(a->known[a->next], d, DIGEST_BYTES);
	a->next = (a->next + 1) % KNOWN_MAX;
	a->nr_known += a->nr_known < KNOWN_MAX;
	pthread_mutex_unlock(&a->lock);
}

/* ---- passwords ---- */

static unsigned int highest_cost(const struct webconfig_users *users)
{
	unsigned int highest = 0;
	size_t i;

	for (i = 0; i < users->nr; i++)
		if (bcrypt_cost(users->items[i].hash) > highest)
			highest = bcrypt_cost(users->items[i].hash);
	return highest;
}

static const struct webconfig_user *find_user(const struct webconfig_users *users, const char *name)
{
	size_t i;

	for (i = 0; i < users->nr; i++)
		if (!strcmp(users->items[i].name, name))
			return &users->items[i];
	return NULL;
}

/* A refusal takes 2^highest steps, whoever the user is: after 2^cost of a cheaper hash, as many again, twice as many,
 * and so on. */
static bool compute(struct auth *a, const struct webconfig_user *u, const char *password,
		    unsigned int highest)
{
	unsigned int cost = u ? bcrypt_cost(u->hash) : highest;
	bool right;

	pthread_mutex_lock(&a->computing);
	right = u && bcrypt_verify(&a->memory, u->hash, password);
	if (!u)
		bcrypt_waste(&a->memory, highest, password);
	for (; !right && cost < highest; cost++)
		bcrypt_waste(&a->memory, cost, password);
	pthread_mutex_unlock(&a->computing);
	return right;
}

static bool check(struct auth *a, const struct webconfig_users *users, const struct credentials *c)
{
	const struct webconfig_user *u = find_user(users, c->user);
	unsigned char d[DIGEST_BYTES];
	const bool hashed = u && digest(a, u, c->password, d);
	bool right;

	if (hashed && is_known(a, d))
		return true;
	right = compute(a, u, c->password, highest_cost(users));
	if (right && hashed)
		remember(a, d);
	return right;
}

bool auth_permits(struct auth *a, const struct webconfig_users *users, const char *authorization)
{
	struct credentials c;
	bool right;

	if (!users->nr)
		return true;
	right = parse(authorization, &c) && check(a, users, &c);
	explicit_bzero(&c, sizeof(c));
	return right;
}
