// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void arrays_are_zeroed_aligned_and_apart(void **state)
{
	struct arena *a = arena_new();
	char *last = NULL;

	(void)state;
	for (size_t n = 1; n < 5000; n += 97) {
		char *p = arena_array(a, n, 1);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		if (last)
			assert_int_equal(*last, (char)0xff);
		last = p;
	}
	arena_free(a);
}

static void impossible_sizes_give_null(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_null(arena_array(a, SIZE_MAX, 2));
	assert_null(arena_array(a, SIZE_MAX, 1));
	assert_null(arena_string(a, "", SIZE_MAX));
	assert_non_null(arena_array(a, 0, 8));
	arena_free(a);
}

static void strings_are_copied_and_ended(void **state)
{
	struct arena *a = arena_new();
	char text[] = "abcdef";
	char *copy = arena_string(a, text, 3);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "abc");
	assert_string_equal(arena_printf(a, "%s-%d", "n", 42), "n-42");
	assert_string_equal(arena_string(a, "", 0), "");
	arena_free(a);
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_are_zeroed_aligned_and_apart),
		cmocka_unit_test(impossible_sizes_give_null),
		cmocka_unit_test(strings_are_copied_and_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
