// SPDX-License-Identifier: GPL-2.0-only
/* The table of attach ways and the verifier's log: what sections and refusals say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/attach.h"
#include "kernel/verifierlog.h"

static void every_way_is_found_by_its_own_section(void **state)
{
	size_t count;
	const struct attach_way *ways = attach_ways(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char section[64];
		const char *target = NULL;

		snprintf(section, sizeof(section), "%sx/y", ways[i].prefix);
		assert_ptr_equal(attach_find(section, &target), &ways[i]);
		assert_string_equal(target, "x/y");
		assert_null(attach_find(ways[i].prefix, &target)); /* nothing to attach to */
		assert_non_null(ways[i].attach);
		assert_true(ways[i].question || !attach_is_typed(&ways[i]));
	}
}

static void a_section_of_no_known_way_is_refused(void **state)
{
	static const char *const sections[] = {
		"", "tp_btf", "xdp", "tp_btfx/a", "license", ".text"
	};
	const char *target;

	(void)state;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		assert_null(attach_find(sections[i], &target));
}

static void the_reason_is_the_last_line_before_the_statistics(void **state)
{
	char line[VERIFIERLOG_LINE];

	(void)state;
	verifierlog_reason("0: (b7) r0 = 0\nR1 invalid mem access 'scalar'\n"
			   "verification time 32 usec\nstack depth 0\n"
			   "processed 3 insns (limit 1000000) max_states_per_insn 0\n\n",
			   line);
	assert_string_equal(line, "R1 invalid mem access 'scalar'");
	verifierlog_reason("no newline", line);
	assert_string_equal(line, "no newline");
	verifierlog_reason("processed 3 insns\n", line);
	assert_string_equal(line, "no reason given");
	verifierlog_reason("", line);
	assert_string_equal(line, "no reason given");
}

static void an_overlong_reason_is_cut(void **state)
{
	char log[3 * VERIFIERLOG_LINE], line[VERIFIERLOG_LINE];

	(void)state;
	memset(log, 'x', sizeof(log) - 1);
	log[sizeof(log) - 1] = '\0';
	verifierlog_reason(log, line);
	assert_int_equal(strlen(line), VERIFIERLOG_LINE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_is_found_by_its_own_section),
		cmocka_unit_test(a_section_of_no_known_way_is_refused),
		cmocka_unit_test(the_reason_is_the_last_line_before_the_statistics),
		cmocka_unit_test(an_overlong_reason_is_cut),
	};

	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
