// SPDX-License-Identifier: GPL-2.0-only
/* Promises of metric/scheme.h: bounds are printed as Prometheus's own clients print them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metric/scheme.h"

static void bounds_have_the_shape_that_go_gives_them(void **state)
{
	static const struct {
		int exponent;
		const char *text;
	} cases[] = {
		{ -29, "1.862645149230957e-09" },
		{ -20, "9.5367431640625e-07" },
		{ -14, "6.103515625e-05" },
		{ -13, "0.0001220703125" },
		{ -10, "0.0009765625" },
		{ -4, "0.0625" },
		{ -3, "0.125" },
		{ -1, "0.5" },
		{ 0, "1" },
		{ 4, "16" },
		{ 19, "524288" },
		{ 20, "1.048576e+06" },
		{ 32, "4.294967296e+09" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(scheme_format_bound(cases[i].exponent, out),
				 strlen(cases[i].text));
		assert_string_equal(out, cases[i].text);
	}
}

static unsigned int significant_digits(const char *text)
{
	unsigned int digits = 0;

	for (; *text && *text != 'e'; text++)
		digits += *text >= '0' && *text <= '9' && (digits || *text != '0');
	return digits;
}

static void bounds_read_back_and_could_not_be_shorter(void **state)
{
	(void)state;
	for (int e = BUCKET_SECONDS_MIN; e <= BUCKET_EXPONENT_MAX; e++) {
		char out[32], shorter[32];
		unsigned int digits;

		assert_true(scheme_format_bound(e, out) < sizeof(out));
		assert_true(strtod(out, NULL) == ldexp(1, e));
		digits = significant_digits(out);
		if (digits == 1)
			continue;
		snprintf(shorter, sizeof(shorter), "%.*e", (int)digits - 2, ldexp(1, e));
		assert_true(strtod(shorter, NULL) != ldexp(1, e));
	}
}

static void counts_follow_from_the_scheme(void **state)
{
	const struct scheme seconds = { SECONDS, 2, -20, 4 }, plain = { PLAIN, 0, 0, 32 };

	(void)state;
	assert_int_equal(scheme_octaves(&seconds), 25);
	assert_int_equal(scheme_buckets(&seconds), 24 * 4 + 2);
	assert_int_equal(scheme_buckets(&plain), 32 + 2);
}

/* Bucket by bucket, for each number of them in an octave. */
static void a_bound_has_all_buckets_up_to_it(void **state)
{
	uint64_t buckets[BUCKET_COUNT(BUCKET_SCHEMA_MAX, BUCKET_SECONDS_MIN, BUCKET_EXPONENT_MAX)];
	uint64_t upto[SCHEME_BOUNDS_MAX], n;
	unsigned int i, k;

	(void)state;
	for (i = 0; i < sizeof(buckets) / sizeof(*buckets); i++)
		buckets[i] = (uint64_t)i * i + 1;
	for (int schema = 0; schema <= BUCKET_SCHEMA_MAX; schema++) {
		const struct scheme s = { SECONDS, schema, BUCKET_SECONDS_MIN,
					  BUCKET_EXPONENT_MAX };

		assert_int_equal(scheme_octaves(&s) + 1, SCHEME_BOUNDS_MAX);
		scheme_cumulate(&s, buckets, upto);
		for (i = 0; i < SCHEME_BOUNDS_MAX; i++) {
			for (k = 0, n = 0; k < scheme_buckets(&s); k++)
				n += scheme_bound(&s, k) <= i ? buckets[k] : 0;
			assert_int_equal(upto[i], n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_have_the_shape_that_go_gives_them),
		cmocka_unit_test(bounds_read_back_and_could_not_be_shorter),
		cmocka_unit_test(counts_follow_from_the_scheme),
		cmocka_unit_test(a_bound_has_all_buckets_up_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
