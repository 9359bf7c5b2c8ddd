// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the text encoder: every byte as the format's grammar has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encoding.h"

static void expect(struct family f, const struct sample *s, uint32_t rows, const char *expected)
{
	struct encoded e = encode(&encoder_text, &(struct encoder_options){ 0 }, f, s, rows);

	buffer_append(&e.out, "", 1);
	assert_string_equal(e.out.data, expected);
	encoded_release(&e);
}

static void a_counter_is_a_line_a_series_below_help_and_type(void **state)
{
	static const struct sample rows[] = {
		{ { "device", "sda", "op", "read" }, { 7 } },
		{ { "device", "sda", "op", "write" }, { UINT64_MAX } },
		{ { "device", "sdb", "op", "read" }, { 0 } },
	};

	(void)state;
	expect((struct family){ .name = "node_x_total", .help = "What it counts." }, rows, 3,
	       "# HELP node_x_total What it counts.\n"
	       "# TYPE node_x_total counter\n"
	       "node_x_total{device=\"sda\",op=\"read\"} 7\n"
	       "node_x_total{device=\"sda\",op=\"write\"} 18446744073709551615\n"
	       "node_x_total{device=\"sdb\",op=\"read\"} 0\n");
}

static void a_series_without_labels_has_no_braces(void **state)
{
	static const struct sample rows[] = { { { NULL }, { 12 } } };

	(void)state;
	expect((struct family){ .name = "x_total", .help = "" }, rows, 1,
	       "# HELP x_total \n# TYPE x_total counter\nx_total 12\n");
}

static void a_family_without_series_is_not_mentioned(void **state)
{
	(void)state;
	expect((struct family){ .name = "x_total", .help = "x" }, NULL, 0, "");
}

static void help_and_labels_are_escaped(void **state)
{
	static const struct sample rows[] = { { { "a", "\\ \" \n \xff" }, { 1 } } };

	(void)state;
	expect((struct family){ .name = "x_total", .help = "back\\slash \"quote\"\nline" }, rows, 1,
	       "# HELP x_total back\\\\slash \"quote\"\\nline\n"
	       "# TYPE x_total counter\n"
	       "x_total{a=\"\\\\ \\\" \\n \xef\xbf\xbd\"} 1\n");
}

static void a_signed_gauge_goes_below_zero(void **state)
{
	static const struct sample rows[] = {
		{ { "of", "least" }, { (uint64_t)INT64_MIN } },
		{ { "of", "less" }, { (uint64_t)-1 } },
		{ { "of", "most" }, { INT64_MAX } },
	};

	(void)state;
	expect(
		(struct family){
			.name = "x", .help = "x", .type = METRIC_GAUGE, .value = VALUE_SIGNED },
		rows, 3,
		"# HELP x x\n# TYPE x gauge\n"
		"x{of=\"least\"} -9223372036854775808\n"
		"x{of=\"less\"} -1\n"
		"x{of=\"most\"} 9223372036854775807\n");
}

static void nanoseconds_are_exact_seconds(void **state)
{
	static const struct sample rows[] = {
		{ { "of", "a" }, { 0 } },	   { { "of", "b" }, { 1 } },
		{ { "of", "c" }, { 1500000000 } }, { { "of", "d" }, { 1795264116000000000 } },
		{ { "of", "e" }, { UINT64_MAX } },
	};

	(void)state;
	expect((struct family){ .name = "x_seconds_total",
				.help = "x",
				.value = VALUE_NANOSECONDS },
	       rows, 5,
	       "# HELP x_seconds_total x\n# TYPE x_seconds_total counter\n"
	       "x_seconds_total{of=\"a\"} 0\n"
	       "x_seconds_total{of=\"b\"} 0.000000001\n"
	       "x_seconds_total{of=\"c\"} 1.5\n"
	       "x_seconds_total{of=\"d\"} 1795264116\n"
	       "x_seconds_total{of=\"e\"} 18446744073.709551615\n");
}

static void a_histogram_is_cumulative_and_its_count_is_that_of_inf(void **state)
{
	/* A word of another family stands before the buckets: 0.25, 0.5, 1, +Inf, then the sum. */
	static const struct sample rows[] = {
		{ { "op", "read" }, { 99, 1, 2, 0, 4, 5250000000 } },
		{ { "op", "write" }, { 99, 0, 0, 0, 0, 0 } },
	};

	(void)state;
	expect((struct family){ .name = "x_seconds",
				.help = "x",
				.type = METRIC_HISTOGRAM,
				.word = 1,
				.scheme = { SECONDS, 0, -2, 0 } },
	       rows, 2,
	       "# HELP x_seconds x\n# TYPE x_seconds histogram\n"
	       "x_seconds_bucket{op=\"read\",le=\"0.25\"} 1\n"
	       "x_seconds_bucket{op=\"read\",le=\"0.5\"} 3\n"
	       "x_seconds_bucket{op=\"read\",le=\"1\"} 3\n"
	       "x_seconds_bucket{op=\"read\",le=\"+Inf\"} 7\n"
	       "x_seconds_sum{op=\"read\"} 5.25\n"
	       "x_seconds_count{op=\"read\"} 7\n"
	       "x_seconds_bucket{op=\"write\",le=\"0.25\"} 0\n"
	       "x_seconds_bucket{op=\"write\",le=\"0.5\"} 0\n"
	       "x_seconds_bucket{op=\"write\",le=\"1\"} 0\n"
	       "x_seconds_bucket{op=\"write\",le=\"+Inf\"} 0\n"
	       "x_seconds_sum{op=\"write\"} 0\n"
	       "x_seconds_count{op=\"write\"} 0\n");
}

static void finer_buckets_are_summed_to_octaves(void **state)
{
	/* Schema 2 from 2^9 to 2^11: 512, four to 1024, four to 2048, +Inf; the sum is an integer. */
	static const struct sample rows[] = {
		{ { NULL }, { 1, 10, 20, 30, 40, 100, 200, 300, 400, 5000, 123456789 } },
	};

	(void)state;
	expect((struct family){ .name = "x_bytes",
				.help = "x",
				.type = METRIC_HISTOGRAM,
				.scheme = { PLAIN, 2, 9, 11 } },
	       rows, 1,
	       "# HELP x_bytes x\n# TYPE x_bytes histogram\n"
	       "x_bytes_bucket{le=\"512\"} 1\n"
	       "x_bytes_bucket{le=\"1024\"} 101\n"
	       "x_bytes_bucket{le=\"2048\"} 1101\n"
	       "x_bytes_bucket{le=\"+Inf\"} 6101\n"
	       "x_bytes_sum 123456789\n"
	       "x_bytes_count 6101\n");
}

static void bounds_are_written_as_go_writes_them(void **state)
{
	static const struct sample rows[] = { { { NULL }, { 0 } } };

	(void)state;
	expect((struct family){ .name = "x_seconds",
				.help = "x",
				.type = METRIC_HISTOGRAM,
				.scheme = { SECONDS, 0, -29, -28 } },
	       rows, 1,
	       "# HELP x_seconds x\n# TYPE x_seconds histogram\n"
	       "x_seconds_bucket{le=\"1.862645149230957e-09\"} 0\n"
	       "x_seconds_bucket{le=\"3.725290298461914e-09\"} 0\n"
	       "x_seconds_bucket{le=\"+Inf\"} 0\n"
	       "x_seconds_sum 0\n"
	       "x_seconds_count 0\n");
}

static void a_ceiling_fails_the_body_wherever_it_lies(void **state)
{
	(void)state;
	expect_ceilings_to_hold(&encoder_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_a_line_a_series_below_help_and_type),
		cmocka_unit_test(a_series_without_labels_has_no_braces),
		cmocka_unit_test(a_family_without_series_is_not_mentioned),
		cmocka_unit_test(help_and_labels_are_escaped),
		cmocka_unit_test(a_signed_gauge_goes_below_zero),
		cmocka_unit_test(nanoseconds_are_exact_seconds),
		cmocka_unit_test(a_histogram_is_cumulative_and_its_count_is_that_of_inf),
		cmocka_unit_test(finer_buckets_are_summed_to_octaves),
		cmocka_unit_test(bounds_are_written_as_go_writes_them),
		cmocka_unit_test(a_ceiling_fails_the_body_wherever_it_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
