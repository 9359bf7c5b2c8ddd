// SPDX-License-Identifier: GPL-2.0-only
/* Basic authentication and the rate limit: who is let in, and what a refusal costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#include "webconfig/auth.h"
#include "webconfig/ratelimit.h"

#define SECOND 1000000000ULL

/* "secret" by each variant; `slow` is "secret" at a cost that can be measured. */
static const struct webconfig_user items[] = {
	{ "a", "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" },
	{ "b", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" },
	{ "y", "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" },
	{ "", "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" },
	{ "slow", "$2y$08$abcdefghijklmnopqrstuuKxCcvB7KZ7.BpDoK0bh6qM7Dl1/xiJa" },
};
static const struct webconfig_users users = { items, sizeof(items) / sizeof(*items) };

static struct auth *auth;

static int open_auth(void **state)
{
	(void)state;
	auth = auth_new();
	return auth ? 0 : -1;
}

static int close_auth(void **state)
{
	(void)state;
	auth_free(auth);
	return 0;
}

/* As a server does it: what is not known is found out. */
static bool permits_header(const struct webconfig_users *whom, const char *header)
{
	struct auth_claim claim;
	const enum auth_verdict verdict = auth_recall(auth, whom, header, &claim);

	return verdict == AUTH_UNKNOWN ? auth_compute(auth, &claim) : verdict == AUTH_PERMITTED;
}

/* A header with these bytes, as long as given. */
static bool permits_bytes(const char *scheme, const char *bytes, size_t length)
{
	const gnutls_datum_t raw = { (unsigned char *)bytes, (unsigned int)length };
	gnutls_datum_t encoded;
	char *header;
	bool permitted;

	assert_int_equal(gnutls_base64_encode2(&raw, &encoded), 0);
	assert_true(asprintf(&header, "%s%.*s", scheme, (int)encoded.size, encoded.data) > 0);
	permitted = permits_header(&users, header);
	gnutls_free(encoded.data);
	free(header);
	return permitted;
}

static bool permits(const char *pair)
{
	return permits_bytes("Basic ", pair, strlen(pair));
}

static void the_right_password_is_permitted_in_every_variant(void **state)
{
	(void)state;
	assert_true(permits("a:secret"));
	assert_true(permits("b:secret"));
	assert_true(permits("y:secret"));
	assert_true(permits(":secret"));
	assert_true(permits("a:secret"));
	assert_true(permits_bytes("basic   ", "a:secret", 8));
}

static void anything_else_is_refused(void **state)
{
	static const char *const pairs[] = {
		"a:Secret", "a:", "a:secret ", "a:secre", "c:secret",
		"A:secret", "a",  "",	       ":",	  "a:secret:x"
	};
	static const char *const headers[] = {
		"", "Basic", "Basic ", "Basic !!", "Bearer abc", "YTpzZWNyZXQ=", "Basic YTpzZWNyZXQ"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_false(permits(pairs[i]));
	for (i = 0; i < sizeof(headers) / sizeof(*headers) - 1; i++)
		assert_false(permits_header(&users, headers[i]));
	assert_false(permits_header(&users, NULL));
	/* A NUL ends no password. */
	assert_false(permits_bytes("Basic ", "a:secret\0x", 10));
}

static void passwords_of_any_length_are_safe(void **state)
{
	char *pair = malloc(100001);
	size_t length;

	(void)state;
	for (length = 3; length <= 100000; length = length * 3 / 2) {
		memset(pair, 'x', length);
		memcpy(pair, "a:", 2);
		assert_false(permits_bytes("Basic ", pair, length));
	}
	free(pair);
}

static void without_users_everybody_is_permitted(void **state)
{
	const struct webconfig_users none = { 0 };

	(void)state;
	assert_true(permits_header(&none, NULL));
	assert_true(permits_header(&none, "Basic !!"));
}

/* What was right must not be so for another hash, or under another name. */
static void what_is_known_dies_with_its_hash(void **state)
{
	static const struct webconfig_user changed[] = {
		{ "a", "$2a$04$......................2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" },
	};
	const struct webconfig_users others = { changed, 1 };

	(void)state;
	assert_true(permits("a:secret"));
	assert_false(permits_header(&others, "Basic YTpzZWNyZXQ="));
	assert_true(permits_header(&users, "Basic YTpzZWNyZXQ="));
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* The least of some: what else the machine does only adds. */
static uint64_t cost(const char *user, bool new_each_time)
{
	static unsigned int nr;
	uint64_t least = UINT64_MAX, begin, took;
	char pair[64];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(pair, sizeof(pair), "%s:wrong%u", user, nr);
		nr += new_each_time;
		begin = cpu_ns();
		permits(pair);
		took = cpu_ns() - begin;
		least = took < least ? took : least;
	}
	nr++;
	return least;
}

static void assert_alike(uint64_t a, uint64_t b)
{
	if (a * 2 < b * 3 && b * 2 < a * 3)
		return;
	fail_msg("%ju ns and %ju ns differ by more than half", (uintmax_t)a, (uintmax_t)b);
}

static void a_refusal_takes_the_same_time_whoever_it_is(void **state)
{
	const uint64_t unknown = cost("nobody", true), cheap = cost("a", true),
		       costly = cost("slow", true);

	(void)state;
	assert_alike(unknown, cheap);
	assert_alike(unknown, costly);
}

static void what_is_known_to_be_right_or_wrong_costs_no_bcrypt(void **state)
{
	struct auth_claim claim;

	(void)state;
	assert_true(permits("a:secret"));
	assert_int_equal(auth_recall(auth, &users, "Basic YTpzZWNyZXQ=", &claim), AUTH_PERMITTED);
	assert_true(cost("nobody", false) * 4 < cost("nobody", true));
	assert_true(cost("slow", false) * 4 < cost("slow", true));
}

static void the_bucket_is_full_at_first_and_fills_by_the_interval(void **state)
{
	struct ratelimit l = { 0 };
	uint64_t now = 5 * SECOND;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_true(ratelimit_take(&l, now));
	ratelimit_set(&l, SECOND, 3);
	for (i = 0; i < 3; i++)
		assert_true(ratelimit_take(&l, now));
	assert_false(ratelimit_take(&l, now));
	assert_false(ratelimit_take(&l, now + SECOND - 1));
	assert_true(ratelimit_take(&l, now + SECOND));
	assert_false(ratelimit_take(&l, now + SECOND));
	/* After a long time no more than the burst. */
	now += 1000 * SECOND;
	for (i = 0; i < 3; i++)
		assert_true(ratelimit_take(&l, now));
	assert_false(ratelimit_take(&l, now));
}

static void the_same_limit_again_fills_no_bucket(void **state)
{
	struct ratelimit l = { 0 };

	(void)state;
	ratelimit_set(&l, SECOND, 1);
	assert_true(ratelimit_take(&l, SECOND));
	ratelimit_set(&l, SECOND, 1);
	assert_false(ratelimit_take(&l, SECOND));
	ratelimit_set(&l, SECOND, 2);
	assert_true(ratelimit_take(&l, SECOND));
	ratelimit_set(&l, 0, 0);
	assert_true(ratelimit_take(&l, SECOND));
}

static void a_limit_beyond_all_clocks_lets_pass(void **state)
{
	struct ratelimit l = { 0 };

	(void)state;
	ratelimit_set(&l, UINT64_MAX / 2, 3);
	assert_true(ratelimit_take(&l, 1));
	assert_true(ratelimit_take(&l, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_is_permitted_in_every_variant),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(passwords_of_any_length_are_safe),
		cmocka_unit_test(without_users_everybody_is_permitted),
		cmocka_unit_test(what_is_known_dies_with_its_hash),
		cmocka_unit_test(a_refusal_takes_the_same_time_whoever_it_is),
		cmocka_unit_test(what_is_known_to_be_right_or_wrong_costs_no_bcrypt),
		cmocka_unit_test(the_bucket_is_full_at_first_and_fills_by_the_interval),
		cmocka_unit_test(the_same_limit_again_fills_no_bucket),
		cmocka_unit_test(a_limit_beyond_all_clocks_lets_pass),
	};

	return cmocka_run_group_tests(tests, open_auth, close_auth);
}
