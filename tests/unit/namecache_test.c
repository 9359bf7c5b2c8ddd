// SPDX-License-Identifier: GPL-2.0-only
/* The cache of names: what it promises at its ceilings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/namecache.h"

static void names_are_found_by_number_whatever_the_numbers(void **state)
{
	struct namecache *c = namecache_new(10000, 1 << 20);
	char name[32];

	(void)state;
	assert_null(namecache_find(c, 0));
	for (uint64_t i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "name %u", (unsigned int)i);
		namecache_put(c, i << 40, name);
		namecache_put(c, ~i, name);
	}
	for (uint64_t i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "name %u", (unsigned int)i);
		assert_string_equal(namecache_find(c, i << 40), name);
		assert_string_equal(namecache_find(c, ~i), name);
	}
	assert_null(namecache_find(c, 12345));
	namecache_clear(c);
	assert_null(namecache_find(c, 0));
	namecache_free(c);
}

static void a_known_name_stays(void **state)
{
	struct namecache *c = namecache_new(4, 100);

	(void)state;
	namecache_put(c, 1, "first");
	namecache_put(c, 1, "second");
	assert_string_equal(namecache_find(c, 1), "first");
	namecache_free(c);
}

static void at_the_ceiling_of_names_all_are_forgotten_but_the_new_one(void **state)
{
	struct namecache *c = namecache_new(3, 100);

	(void)state;
	namecache_put(c, 1, "a");
	namecache_put(c, 2, "b");
	assert_true(namecache_has_room(c, 1));
	namecache_put(c, 3, "c");
	assert_false(namecache_has_room(c, 1));
	assert_string_equal(namecache_find(c, 1), "a");
	namecache_put(c, 4, "d");
	assert_null(namecache_find(c, 1));
	assert_null(namecache_find(c, 3));
	assert_string_equal(namecache_find(c, 4), "d");
	namecache_free(c);
}

static void at_the_ceiling_of_bytes_all_are_forgotten_but_the_new_one(void **state)
{
	struct namecache *c = namecache_new(100, 10);

	(void)state;
	namecache_put(c, 1, "four");
	namecache_put(c, 2, "five"); /* with their NULs all ten bytes */
	assert_string_equal(namecache_find(c, 1), "four");
	namecache_put(c, 3, "");
	assert_null(namecache_find(c, 1));
	assert_string_equal(namecache_find(c, 3), "");
	namecache_put(c, 4, "ten letter"); /* 11 bytes can never be held */
	assert_null(namecache_find(c, 4));
	namecache_put(c, 5, "nine byte");
	assert_string_equal(namecache_find(c, 5), "nine byte");
	namecache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_by_number_whatever_the_numbers),
		cmocka_unit_test(a_known_name_stays),
		cmocka_unit_test(at_the_ceiling_of_names_all_are_forgotten_but_the_new_one),
		cmocka_unit_test(at_the_ceiling_of_bytes_all_are_forgotten_but_the_new_one),
	};

	return cmocka_run_group_tests_name("namecache", tests, NULL, NULL);
}
