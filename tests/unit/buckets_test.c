// SPDX-License-Identifier: GPL-2.0-only
/* Promises of <bpf_exporter/buckets.h>: every value falls into the bucket whose bounds enclose it, exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../tools/bucket_walk.h"

static const struct {
	enum bucket_unit unit;
	int min, max;
} ranges[] = {
	{ SECONDS, BUCKET_SECONDS_MIN, BUCKET_EXPONENT_MAX },
	{ SECONDS, BUCKET_SECONDS_MIN, BUCKET_SECONDS_MIN + 1 },
	{ SECONDS, -20, 4 },
	{ SECONDS, -1, 0 },
	{ SECONDS, 0, 1 },
	{ SECONDS, BUCKET_EXPONENT_MAX - 1, BUCKET_EXPONENT_MAX },
	{ PLAIN, 0, BUCKET_EXPONENT_MAX },
	{ PLAIN, 0, 1 },
	{ PLAIN, 9, 24 },
	{ PLAIN, BUCKET_EXPONENT_MAX - 1, BUCKET_EXPONENT_MAX },
};

struct scheme_under_test {
	const struct walk_grid *grid;
	int min, max;
};

static void expect_index(void *context, uint64_t v)
{
	const struct scheme_under_test *s = context;
	const struct walk_grid *g = s->grid;

	assert_int_equal(bucket_index(g->unit, g->schema, s->min, s->max, v),
			 walk_index(g, s->min, s->max, v));
}

static void every_value_beside_every_bound_has_its_bucket(void **state)
{
	static struct walk_grid grid;

	(void)state;
	for (int i = 0; i < 2 * (BUCKET_SCHEMA_MAX + 1); i++) {
		walk_prepare(&grid, i % 2 ? SECONDS : PLAIN, i / 2);
		for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
			struct scheme_under_test s = { &grid, ranges[r].min, ranges[r].max };

			if (ranges[r].unit == grid.unit)
				walk_values(&grid, expect_index, &s);
		}
	}
}

static void the_ends_are_the_first_and_the_last_bucket(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (int schema = 0; schema <= BUCKET_SCHEMA_MAX; schema++) {
			const int min = ranges[i].min, max = ranges[i].max;
			const unsigned int last = (unsigned int)BUCKET_COUNT(schema, min, max) - 1;

			assert_int_equal(bucket_index(ranges[i].unit, schema, min, max, 0), 0);
			assert_int_equal(bucket_index(ranges[i].unit, schema, min, max, 1), 0);
			assert_int_equal(bucket_index(ranges[i].unit, schema, min, max, UINT64_MAX),
					 last);
		}
	}
}

/* The reference itself, by bounds that are known: 2^-20 s is 953.67 ns, 2^10.5 is 1448.15. */
static void the_reference_knows_some_bounds(void **state)
{
	(void)state;
	assert_int_equal(reference_floor(1000000000, 0, -20), 953);
	assert_int_equal(reference_floor(1000000000, 3, 0), 1000000000);
	assert_int_equal(reference_floor(1000000000, 3, 3 * 8), 8000000000);
	assert_int_equal(reference_floor(1, 1, 21), 1448);
	assert_int_equal(reference_floor(1, 3, 8 * 63), 1ull << 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_beside_every_bound_has_its_bucket),
		cmocka_unit_test(the_ends_are_the_first_and_the_last_bucket),
		cmocka_unit_test(the_reference_knows_some_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
