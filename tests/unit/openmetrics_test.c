// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the OpenMetrics encoder: every byte as the specification has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encoding.h"

#define CREATED 1795264116500000000

static void expect_with(const struct encoder_options *o, struct family f, const struct sample *s,
			const char *expected)
{
	struct encoded e = encode(&encoder_openmetrics, o, f, s, 1);

	buffer_append(&e.out, "", 1);
	assert_string_equal(e.out.data, expected);
	encoded_release(&e);
}

static void expect(struct family f, const struct sample *s, const char *expected)
{
	expect_with(&(struct encoder_options){ 0 }, f, s, expected);
}

static void a_counter_is_named_without_total_and_has_its_unit(void **state)
{
	static const struct sample row = { { "a", "\\ \" \n \xff", "b", "" }, { UINT64_MAX } };

	(void)state;
	expect((struct family){ .name = "x_bytes_total",
				.help = "A \"quote\", \\ and\nline.",
				.unit = "bytes",
				.created_ns = CREATED },
	       &row,
	       "# TYPE x_bytes counter\n"
	       "# UNIT x_bytes bytes\n"
	       "# HELP x_bytes A \\\"quote\\\", \\\\ and\\nline.\n"
	       "x_bytes_total{a=\"\\\\ \\\" \\n \xef\xbf\xbd\"} 18446744073709551615\n");
}

static void a_gauge_keeps_its_name(void **state)
{
	static const struct sample row = { { NULL }, { (uint64_t)-5 } };

	(void)state;
	expect((struct family){ .name = "x_total_y",
				.help = "x",
				.unit = "",
				.type = METRIC_GAUGE,
				.value = VALUE_SIGNED },
	       &row, "# TYPE x_total_y gauge\n# HELP x_total_y x\nx_total_y -5\n");
}

static void an_info_is_named_without_info(void **state)
{
	static const struct sample row = { { "version", "1" }, { 1 } };

	(void)state;
	expect((struct family){ .name = "x_build_info", .help = "x", .type = METRIC_INFO }, &row,
	       "# TYPE x_build info\n# HELP x_build x\nx_build_info{version=\"1\"} 1\n");
}

static void a_state_set_says_which_states_hold(void **state)
{
	static const struct sample row = { { "x_state", "on" }, { 1 } };

	(void)state;
	expect((struct family){ .name = "x_state", .help = "x", .type = METRIC_STATESET }, &row,
	       "# TYPE x_state stateset\n# HELP x_state x\nx_state{x_state=\"on\"} 1\n");
}

static void bounds_are_canonical_numbers(void **state)
{
	static const struct sample row = { { "op", "read" }, { 1, 2, 0, 4, 7, 5250000000 } };

	(void)state;
	expect((struct family){ .name = "x_seconds",
				.help = "x",
				.unit = "seconds",
				.type = METRIC_HISTOGRAM,
				.scheme = { SECONDS, 0, -1, 2 } },
	       &row,
	       "# TYPE x_seconds histogram\n# UNIT x_seconds seconds\n# HELP x_seconds x\n"
	       "x_seconds_bucket{op=\"read\",le=\"0.5\"} 1\n"
	       "x_seconds_bucket{op=\"read\",le=\"1.0\"} 3\n"
	       "x_seconds_bucket{op=\"read\",le=\"2.0\"} 3\n"
	       "x_seconds_bucket{op=\"read\",le=\"4.0\"} 7\n"
	       "x_seconds_bucket{op=\"read\",le=\"+Inf\"} 14\n"
	       "x_seconds_sum{op=\"read\"} 5.25\n"
	       "x_seconds_count{op=\"read\"} 14\n");
}

static void large_bounds_have_an_exponent(void **state)
{
	static const struct sample row = { { NULL }, { 0 } };

	(void)state;
	expect((struct family){ .name = "x",
				.help = "x",
				.type = METRIC_HISTOGRAM,
				.scheme = { PLAIN, 0, 20, 21 } },
	       &row,
	       "# TYPE x histogram\n# HELP x x\n"
	       "x_bucket{le=\"1.048576e+06\"} 0\n"
	       "x_bucket{le=\"2.097152e+06\"} 0\n"
	       "x_bucket{le=\"+Inf\"} 0\n"
	       "x_sum 0\nx_count 0\n");
}

static void an_exemplar_stands_at_the_bucket_that_counts_it(void **state)
{
	/* Schema 1: 0.25, two to 0.5, two to 1, +Inf; the sum; the raw exemplar. */
	static const struct {
		uint64_t ns;
		unsigned int line;
	} exemplars[] = {
		{ 0, 0 },	  { 250000000, 0 }, { 250000001, 1 },
		{ 500000000, 1 }, { 900000000, 2 }, { 1000000001, 3 },
	};
	static const char *const bounds[] = { "0.25", "0.5", "1.0", "+Inf" };
	char expected[1024], value[32];
	struct sample row = { { NULL }, { 1, 1, 1, 1, 1, 1, 9, 1 } };
	size_t i, line, n;

	(void)state;
	for (i = 0; i < sizeof(exemplars) / sizeof(*exemplars); i++) {
		row.words[8] = exemplars[i].ns;
		n = (size_t)sprintf(value, "%.9f", (double)exemplars[i].ns / 1e9);
		while (value[n - 1] == '0')
			value[--n] = '\0';
		value[n - (value[n - 1] == '.')] = '\0';
		n = (size_t)sprintf(expected, "# TYPE x_seconds histogram\n# HELP x_seconds x\n");
		for (line = 0; line < 4; line++)
			n += (size_t)sprintf(expected + n, "x_seconds_bucket{le=\"%s\"} %d%s%s%s\n",
					     bounds[line], line < 3 ? 1 + 2 * (int)line : 6,
					     line == exemplars[i].line
						     ? " # {pid=\"17\",comm=\"a \\\"b\\\"\"} "
						     : "",
					     line == exemplars[i].line ? value : "",
					     line == exemplars[i].line ? " 1795264116.5" : "");
		sprintf(expected + n, "x_seconds_sum 0.000000009\nx_seconds_count 6\n");
		expect((struct family){ .name = "x_seconds",
					.help = "x",
					.type = METRIC_HISTOGRAM,
					.scheme = { SECONDS, 1, -2, 0 },
					.exemplar = 7 },
		       &row, expected);
	}
}

static void created_lines_stand_with_their_series_where_wanted(void **state)
{
	static const struct encoder_options created = { .created_lines = true };
	static const struct sample row = { { "a", "b" }, { 1, 2, 3 } };

	(void)state;
	expect_with(&created,
		    (struct family){ .name = "x_total", .help = "x", .created_ns = CREATED }, &row,
		    "# TYPE x counter\n# HELP x x\n"
		    "x_total{a=\"b\"} 1\nx_created{a=\"b\"} 1795264116.5\n");
	expect_with(&created,
		    (struct family){ .name = "x",
				     .help = "x",
				     .type = METRIC_HISTOGRAM,
				     .scheme = { PLAIN, 0, 0, 0 },
				     .created_ns = CREATED },
		    &row,
		    "# TYPE x histogram\n# HELP x x\n"
		    "x_bucket{a=\"b\",le=\"1.0\"} 1\nx_bucket{a=\"b\",le=\"+Inf\"} 3\n"
		    "x_sum{a=\"b\"} 3\nx_count{a=\"b\"} 3\nx_created{a=\"b\"} 1795264116.5\n");
	expect_with(&created,
		    (struct family){
			    .name = "x", .help = "x", .type = METRIC_GAUGE, .created_ns = CREATED },
		    &row, "# TYPE x gauge\n# HELP x x\nx{a=\"b\"} 1\n");
	expect_with(&created, (struct family){ .name = "x_total", .help = "x" }, &row,
		    "# TYPE x counter\n# HELP x x\nx_total{a=\"b\"} 1\n");
}

static void the_end_is_marked(void **state)
{
	struct buffer out = BUFFER_INIT(64);

	(void)state;
	encoder_openmetrics.end(&out);
	assert_int_equal(out.length, 6);
	assert_memory_equal(out.data, "# EOF\n", 6);
	buffer_release(&out);
}

static void a_ceiling_fails_the_body_wherever_it_lies(void **state)
{
	(void)state;
	expect_ceilings_to_hold(&encoder_openmetrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_named_without_total_and_has_its_unit),
		cmocka_unit_test(a_gauge_keeps_its_name),
		cmocka_unit_test(an_info_is_named_without_info),
		cmocka_unit_test(a_state_set_says_which_states_hold),
		cmocka_unit_test(bounds_are_canonical_numbers),
		cmocka_unit_test(large_bounds_have_an_exponent),
		cmocka_unit_test(an_exemplar_stands_at_the_bucket_that_counts_it),
		cmocka_unit_test(created_lines_stand_with_their_series_where_wanted),
		cmocka_unit_test(the_end_is_marked),
		cmocka_unit_test(a_ceiling_fails_the_body_wherever_it_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
