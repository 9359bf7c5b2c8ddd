// SPDX-License-Identifier: GPL-2.0-only
/* Takes the header apart, and remembers what was right and what was not. */
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

/* What is known: HMACs of user, hash and password, the latest ones. A hash that changed makes its entries useless. */
struct known {
	unsigned char digests[KNOWN_MAX][AUTH_DIGEST_BYTES];
	size_t nr, next;
};

struct auth {
	unsigned char key[AUTH_DIGEST_BYTES];
	pthread_mutex_t lock; /* of what follows */
	struct known right, wrong;

	struct crypt_data memory; /* of auth_compute() */
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
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	pthread_mutex_destroy(&a->lock);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

/* ---- the header ---- */

static bool split(const gnutls_datum_t *decoded, struct auth_claim *c)
{
	char *colon;

	/* A password must not end early at a NUL. */
	if (decoded->size >= sizeof(c->user) || memchr(decoded->data, '\0', decoded->size))
		return false;
	memcpy(c->user, decoded->data, decoded->size);
	c->user[decoded->size] = '\0';
	colon = strchr(c->user, ':');
	if (!colon)
		return false;
	*colon = '\0';
	return true;
}

static const char *password_of(const struct auth_claim *c)
{
	return c->user + strlen(c->user) + 1;
}

static bool parse(const char *authorization, struct auth_claim *c)
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

static bool digest(const struct auth *a, const char *hash, struct auth_claim *c)
{
	gnutls_hmac_hd_t h;

	if (gnutls_hmac_init(&h, GNUTLS_MAC_SHA256, a->key, sizeof(a->key)))
		return false;
	/* With their NULs: no two triples have the same bytes. */
	gnutls_hmac(h, c->user, strlen(c->user) + 1);
	gnutls_hmac(h, hash, strlen(hash) + 1);
	gnutls_hmac(h, password_of(c), strlen(password_of(c)));
	gnutls_hmac_deinit(h, c->digest);
	return true;
}

static bool is_in(const struct known *k, const unsigned char d[AUTH_DIGEST_BYTES])
{
	bool found = false;
	size_t i;

	for (i = 0; i < k->nr; i++)
		found |= !gnutls_memcmp(k->digests[i], d, AUTH_DIGEST_BYTES);
	return found;
}

static void remember(struct auth *a, struct known *k, const unsigned char d[AUTH_DIGEST_BYTES])
{
	pthread_mutex_lock(&a->lock);
	memcpy(k->digests[k->next], d, AUTH_DIGEST_BYTES);
	k->next = (k->next + 1) % KNOWN_MAX;
	k->nr += k->nr < KNOWN_MAX;
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
	const bool right = u && bcrypt_verify(&a->memory, u->hash, password);

	if (!u)
		bcrypt_waste(&a->memory, highest, password);
	for (; !right && cost < highest; cost++)
		bcrypt_waste(&a->memory, cost, password);
	return right;
}

static enum auth_verdict recall(struct auth *a, const struct auth_claim *c)
{
	enum auth_verdict verdict = AUTH_UNKNOWN;

	pthread_mutex_lock(&a->lock);
	if (is_in(&a->right, c->digest))
		verdict = AUTH_PERMITTED;
	else if (is_in(&a->wrong, c->digest))
		verdict = AUTH_REFUSED;
	pthread_mutex_unlock(&a->lock);
	return verdict;
}

enum auth_verdict auth_recall(struct auth *a, const struct webconfig_users *users,
			      const char *authorization, struct auth_claim *c)
{
	const struct webconfig_user *u;
	enum auth_verdict verdict;

	if (!users->nr)
		return AUTH_PERMITTED;
	if (!parse(authorization, c)) {
		explicit_bzero(c, sizeof(*c));
		return AUTH_REFUSED;
	}
	c->users = users;
	u = find_user(users, c->user);
	c->has_digest = digest(a, u ? u->hash : "", c);
	verdict = c->has_digest ? recall(a, c) : AUTH_UNKNOWN;
	if (verdict != AUTH_UNKNOWN)
		explicit_bzero(c, sizeof(*c));
	return verdict;
}

bool auth_compute(struct auth *a, struct auth_claim *c)
{
	const struct webconfig_user *u = find_user(c->users, c->user);
	const bool right = compute(a, u, password_of(c), highest_cost(c->users));

	if (c->has_digest)
		remember(a, right ? &a->right : &a->wrong, c->digest);
	explicit_bzero(c, sizeof(*c));
	return right;
}
