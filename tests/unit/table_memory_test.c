// SPDX-License-Identifier: GPL-2.0-only
/* What a table allocates: nothing once warm, never more than the map asks for, and it may fail anywhere.
 *
 * The code is compiled in here with allocators that count and that fail on demand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned int allocations;
static unsigned int fail_at; /* the allocation of this number fails, and all after it; 0: none */

static bool allocation_fails(void)
{
	allocations++;
	return fail_at && allocations >= fail_at;
}

static void *counted_realloc(void *p, size_t size)
{
	return allocation_fails() ? NULL : realloc(p, size);
}

static void *counted_reallocarray(void *p, size_t n, size_t size)
{
	return allocation_fails() ? NULL : reallocarray(p, n, size);
}

static void *counted_calloc(size_t n, size_t size)
{
	return allocation_fails() ? NULL : calloc(n, size);
}

#define realloc counted_realloc
#define reallocarray counted_reallocarray
#define calloc counted_calloc
#include "../../userspace/base/buffer.c"
#include "../../userspace/metric/positions.c"
#include "../../userspace/metric/rows.c"
#include "../../userspace/metric/table.c"

static bool render(void *context, const void *key, struct buffer *out)
{
	char text[32];
	uint64_t k;

	(void)context;
	memcpy(&k, key, sizeof(k));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)k);
	label_append(out, "a_label", text, strlen(text));
	return true;
}

/* Keys from..from+n-1, each with its own number as value. */
static int pass_over(struct table *t, uint64_t from, uint64_t n)
{
	table_begin(t);
	for (uint64_t k = from; k < from + n; k++) {
		uint64_t *words = table_touch(t, &k);

		if (words)
			words[0] += k;
	}
	return table_end(t);
}

static uint64_t total(const struct table *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < table_rows(t); i++)
		sum += table_row(t, i).words[0];
	return sum;
}

static void a_warm_pass_allocates_nothing(void **state)
{
	struct table *t = table_new(8, 1, 5000, render, NULL);

	(void)state;
	assert_int_equal(pass_over(t, 0, 5000), 0);
	allocations = 0;
	for (int pass = 0; pass < 3; pass++)
		assert_int_equal(pass_over(t, 0, 5000), 0);
	assert_int_equal(allocations, 0);
	assert_int_equal(total(t), 4999 * 5000 / 2);
	table_free(t);
}

static void keys_that_are_new_each_time_do_not_grow_it(void **state)
{
	struct table *t = table_new(8, 1, 2000, render, NULL);
	size_t early = 0;

	(void)state;
	for (uint64_t pass = 0; pass < 40; pass++) {
		assert_int_equal(pass_over(t, 1000000 + pass * 2000, 2000), 0);
		assert_int_equal(table_rows(t), 2000);
		if (pass == 2)
			early = table_memory(t);
	}
	assert_true(table_memory(t) <= early);
	table_free(t);
}

static void memory_is_given_back_when_the_map_has_emptied(void **state)
{
	struct table *t = table_new(8, 1, 20000, render, NULL);
	size_t empty = table_memory(t), full;

	(void)state;
	assert_int_equal(pass_over(t, 0, 20000), 0);
	full = table_memory(t);
	assert_int_equal(pass_over(t, 0, 19000), 0);
	assert_int_equal(table_memory(t), full);
	assert_int_equal(pass_over(t, 0, 10), 0);
	assert_true(table_memory(t) < empty + 16384);
	assert_int_equal(total(t), 45);
	assert_int_equal(pass_over(t, 0, 20000), 0);
	assert_int_equal(total(t), 19999ull * 10000);
	table_free(t);
}

static void without_memory_a_pass_fails_and_the_next_one_works(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned int n = 1; failed; n++) {
		struct table *t;

		allocations = 0;
		fail_at = n;
		t = table_new(8, 1, 500, render, NULL);
		failed = !t;
		if (t && pass_over(t, 0, 300) == -ENOMEM)
			failed = true;
		else if (t)
			assert_int_equal(total(t), 299 * 300 / 2);
		if (t && pass_over(t, 100, 300) == -ENOMEM)
			failed = true;
		else if (t)
			assert_int_equal(total(t), 499 * 300 / 2);
		fail_at = 0;
		if (t)
			assert_int_equal(pass_over(t, 200, 300), 0);
		if (t)
			assert_int_equal(total(t), 699 * 300 / 2);
		table_free(t);
		assert_true(n < 1000);
	}
}

static void without_memory_to_shrink_nothing_is_lost(void **state)
{
	struct table *t = table_new(8, 1, 5000, render, NULL);

	(void)state;
	for (unsigned int n = 1; n < 8; n++) {
		assert_int_equal(pass_over(t, 0, 5000), 0);
		allocations = 0;
		fail_at = n;
		assert_int_equal(pass_over(t, 4000, 50), 0);
		assert_int_equal(total(t), 8049 * 50 / 2);
		assert_int_equal(pass_over(t, 4000, 50), 0);
		fail_at = 0;
		assert_int_equal(total(t), 8049 * 50 / 2);
	}
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_warm_pass_allocates_nothing),
		cmocka_unit_test(keys_that_are_new_each_time_do_not_grow_it),
		cmocka_unit_test(memory_is_given_back_when_the_map_has_emptied),
		cmocka_unit_test(without_memory_a_pass_fails_and_the_next_one_works),
		cmocka_unit_test(without_memory_to_shrink_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
