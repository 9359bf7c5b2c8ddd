// SPDX-License-Identifier: GPL-2.0-only
/* Promises about the grammar of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "metric/family.h"

static const struct {
	const char *name;
	bool family, label;
} names[] = {
	{ "a", true, true },	       { "Z9", true, true },	{ "_", true, true },
	{ "_a", true, true },	       { "a__b", true, true },	{ "__a", true, false },
	{ "__", true, false },	       { "a:b", true, false },	{ ":a", true, false },
	{ "", false, false },	       { "9a", false, false },	{ "a-b", false, false },
	{ "a b", false, false },       { "a\n", false, false }, { "\xc3\xa4", false, false },
	{ "a\xc3\xa4", false, false }, { "a{", false, false },	{ "@", false, false },
};

static void names_are_valid_by_prometheus_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (family_name_valid(names[i].name) != names[i].family ||
		    label_name_valid(names[i].name) != names[i].label)
			fail_msg("'%s' is taken for the wrong thing", names[i].name);
}

static void a_stem_is_without_the_suffix_of_its_type_alone(void **state)
{
	static const struct {
		const char *name, *stem;
		enum metric_type type;
	} cases[] = {
		{ "x_total", "x", METRIC_COUNTER },
		{ "x", "x", METRIC_COUNTER },
		{ "x_total_y", "x_total_y", METRIC_COUNTER },
		{ "_total", "_total", METRIC_COUNTER },
		{ "x_info", "x", METRIC_INFO },
		{ "x_info", "x_info", METRIC_GAUGE },
		{ "x_total", "x_total", METRIC_GAUGE },
		{ "x", "x", METRIC_HISTOGRAM },
		{ "x_info", "x_info", METRIC_STATESET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct family f = { .name = cases[i].name, .type = cases[i].type };

		assert_int_equal(family_stem(&f), strlen(cases[i].stem));
	}
}

static void one_body_has_each_name_and_each_stem_once(void **state)
{
	static const struct family counter = { .name = "x_total", .type = METRIC_COUNTER },
				   gauge = { .name = "x", .type = METRIC_GAUGE },
				   info = { .name = "x_info", .type = METRIC_INFO },
				   other = { .name = "x_info", .type = METRIC_GAUGE },
				   longer = { .name = "x_y", .type = METRIC_GAUGE };

	(void)state;
	assert_true(family_clashes(&counter, &gauge));
	assert_true(family_clashes(&gauge, &counter));
	assert_true(family_clashes(&counter, &info));
	assert_true(family_clashes(&info, &other));
	assert_true(family_clashes(&gauge, &gauge));
	assert_false(family_clashes(&other, &gauge));
	assert_false(family_clashes(&longer, &gauge));
	assert_false(family_clashes(&gauge, &longer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_valid_by_prometheus_grammar),
		cmocka_unit_test(one_body_has_each_name_and_each_stem_once),
		cmocka_unit_test(a_stem_is_without_the_suffix_of_its_type_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
