// SPDX-License-Identifier: GPL-2.0-only
/* Suggestions: what is meant is found, what is not meant is not guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/suggest.h"

static const char *const words[] = { "read", "write", "readv", "softirq", "x", NULL };

static void one_slip_of_each_kind_is_forgiven(void **state)
{
	static const char *const slips[] = { "sftirq", "sooftirq", "sovtirq", "sotfirq" };

	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++)
		assert_string_equal(suggest(slips[i], words), "softirq");
}

static void the_closest_wins_and_the_first_of_equals(void **state)
{
	static const char *const equals[] = { "abcd", "abce", NULL };

	(void)state;
	assert_string_equal(suggest("raed", words), "read");
	assert_string_equal(suggest("readw", words), "read");
	assert_string_equal(suggest("readvv", words), "readv");
	assert_string_equal(suggest("abcx", equals), "abcd");
}

static void letter_case_does_not_count(void **state)
{
	(void)state;
	assert_string_equal(suggest("WRITE", words), "write");
}

static void distant_words_get_no_suggestion(void **state)
{
	(void)state;
	assert_null(suggest("mkdir", words));
	assert_null(suggest("wrtx", words)); /* two slips in four letters are one too many... */
	assert_non_null(suggest("sotfriq", words)); /* ...and in seven they are not */
	assert_null(suggest("y", words));
	assert_null(suggest("", words));
}

static void overlong_words_are_left_alone(void **state)
{
	char word[5000];
	const char *const candidates[] = { word, "read", NULL };

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = 0;
	assert_null(suggest(word, candidates));
	assert_string_equal(suggest("raed", candidates), "read");
	word[64] = 0; /* the longest there is */
	assert_string_equal(suggest(word, candidates), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_slip_of_each_kind_is_forgiven),
		cmocka_unit_test(the_closest_wins_and_the_first_of_equals),
		cmocka_unit_test(letter_case_does_not_count),
		cmocka_unit_test(distant_words_get_no_suggestion),
		cmocka_unit_test(overlong_words_are_left_alone),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
