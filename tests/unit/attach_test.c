// SPDX-License-Identifier: GPL-2.0-only
/* The table of attach ways and the verifier's log: what sections and refusals say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "load/attach.h"
#include "load/attach_ways.h"
#include "load/verifierlog.h"

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

static void what_runs_at_the_end_of_a_function_is_attached_first(void **state)
{
	size_t count;
	const struct attach_way *ways = attach_ways(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool named_so = strstr(ways[i].name, "ret") || !strcmp(ways[i].name, "fexit");

		assert_int_equal(ways[i].at_end, named_so);
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

/* ---- what stands behind the prefix ---- */

static void assert_split(const char *text, const char *name, size_t offset)
{
	char found[ATTACH_SYMBOL];
	size_t at = 0;

	assert_true(attach_split_offset(text, found, &at));
	assert_string_equal(found, name);
	assert_int_equal(at, offset);
}

static void a_function_may_have_an_offset(void **state)
{
	static const char *const wrong[] = {
		"", "+4", "a+", "a+x", "a+0x", "a+-4", "a+4b", "a+ 4"
	};
	char name[ATTACH_SYMBOL], overlong[ATTACH_SYMBOL + 1];
	size_t offset;

	(void)state;
	assert_split("vfs_read", "vfs_read", 0);
	assert_split("vfs_read+0x10", "vfs_read", 16);
	assert_split("foo.isra.0+10", "foo.isra.0", 10);
	assert_split("_ZN3foo3barEv+0", "_ZN3foo3barEv", 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(attach_split_offset(wrong[i], name, &offset));
	memset(overlong, 'a', ATTACH_SYMBOL);
	overlong[ATTACH_SYMBOL] = '\0';
	assert_false(attach_split_offset(overlong, name, &offset));
}

static void a_perf_event_has_a_name_and_a_number_within_bounds(void **state)
{
	static const char *const right[] = { "cpu-clock:1", "cpu-clock:1000", "page-faults:1",
					     "cycles:10000" };
	static const char *const wrong[] = { "cpu-clock",
					     "cpu-clock:",
					     "cpu-clock:0",
					     "cpu-clock:1001",
					     "cpu-clock:9x",
					     "cpu-clock:-1",
					     "cpu-clock: 9",
					     "cpu:99",
					     ":99",
					     "cpu-clock-x:99",
					     "cycles:9999",
					     "",
					     "cpu-clock:99999999999999999999" };
	struct error why;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_true(perf_event_exists(NULL, right[i], &why));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(perf_event_exists(NULL, wrong[i], &why));
	assert_false(perf_event_exists(NULL, "cpu-clock:5000", &why));
	assert_string_equal(why.text, "'cpu-clock:5000': not cpu-clock:NUMBER from 1 to 1000");
}

static void a_binary_is_parted_from_what_is_in_it(void **state)
{
	static const char *const wrong[] = { "", "binary", ":function", "binary:", "binary:f+x" };
	struct attachment a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(attach_uprobe(NULL, wrong[i], NULL, &a), -EINVAL);
		assert_int_equal(attach_uretprobe(NULL, wrong[i], NULL, &a), -EINVAL);
		assert_int_equal(attach_usdt(NULL, wrong[i], NULL, &a), -EINVAL);
	}
	assert_int_equal(a.n, 0);
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
		cmocka_unit_test(what_runs_at_the_end_of_a_function_is_attached_first),
		cmocka_unit_test(a_section_of_no_known_way_is_refused),
		cmocka_unit_test(a_function_may_have_an_offset),
		cmocka_unit_test(a_perf_event_has_a_name_and_a_number_within_bounds),
		cmocka_unit_test(a_binary_is_parted_from_what_is_in_it),
		cmocka_unit_test(the_reason_is_the_last_line_before_the_statistics),
		cmocka_unit_test(an_overlong_reason_is_cut),
	};

	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
