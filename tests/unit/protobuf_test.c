// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the protobuf encoder: read back by a decoder of this test's own, field by field. */
#include <math.h>
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
#define OPTIONS(...) (&(struct encoder_options){ __VA_ARGS__ })

/* ---- a decoder: metrics.proto as a table, messages as text ---- */

struct message;

/* A field as the message's definition has it. */
struct field {
	unsigned int number;
	const char *name;
	char kind; /* (v)arint, (z)igzag, (d)ouble, (s)tring, (m)essage */
	const struct message *message;
};

struct message {
	struct field fields[12];
};

static const struct message pair = { { { 1, "name", 's', NULL }, { 2, "value", 's', NULL } } };
static const struct message timestamp = { { { 1, "s", 'v', NULL }, { 2, "ns", 'v', NULL } } };
static const struct message exemplar = {
	{ { 1, "label", 'm', &pair }, { 2, "value", 'd', NULL }, { 3, "time", 'm', &timestamp } }
};
static const struct message gauge = { { { 1, "value", 'd', NULL } } };
static const struct message counter = { { { 1, "value", 'd', NULL },
					  { 3, "created", 'm', &timestamp } } };
static const struct message bucket = {
	{ { 1, "n", 'v', NULL }, { 2, "le", 'd', NULL }, { 3, "exemplar", 'm', &exemplar } }
};
static const struct message span = { { { 1, "offset", 'z', NULL }, { 2, "length", 'v', NULL } } };
static const struct message histogram = { { { 1, "count", 'v', NULL },
					    { 2, "sum", 'd', NULL },
					    { 3, "bucket", 'm', &bucket },
					    { 5, "schema", 'z', NULL },
					    { 6, "zero_threshold", 'd', NULL },
					    { 7, "zero_count", 'v', NULL },
					    { 12, "span", 'm', &span },
					    { 13, "delta", 'z', NULL },
					    { 15, "created", 'm', &timestamp },
					    { 16, "exemplar", 'm', &exemplar } } };
static const struct message metric = { { { 1, "label", 'm', &pair },
					 { 2, "gauge", 'm', &gauge },
					 { 3, "counter", 'm', &counter },
					 { 7, "histogram", 'm', &histogram } } };
static const struct message family = { { { 1, "name", 's', NULL },
					 { 2, "help", 's', NULL },
					 { 3, "type", 'v', NULL },
					 { 4, "metric", 'm', &metric },
					 { 5, "unit", 's', NULL } } };

static uint64_t read_varint(const char **at, const char *end)
{
	uint64_t v = 0;
	unsigned int shift;

	for (shift = 0; shift < 64; shift += 7) {
		assert_true(*at < end);
		v |= (uint64_t)(**at & 127) << shift;
		if (!(*(*at)++ & 128))
			return v;
	}
	fail_msg("a varint of more than ten bytes");
	return 0;
}

static const char *read_bytes(const char **at, const char *end, size_t *length)
{
	const char *bytes;

	*length = read_varint(at, end);
	assert_true(*length <= (size_t)(end - *at));
	bytes = *at;
	*at += *length;
	return bytes;
}

static void show_message(FILE *out, const struct message *m, const char *at, const char *end);

static void show_field(FILE *out, const struct field *f, const char **at, const char *end)
{
	const char *bytes;
	size_t length;
	double d;
	uint64_t v;

	switch (f->kind) {
	case 'v':
		fprintf(out, "%s=%llu", f->name, (unsigned long long)read_varint(at, end));
		return;
	case 'z':
		v = read_varint(at, end);
		fprintf(out, "%s=%lld", f->name, (long long)(v >> 1) ^ -(long long)(v & 1));
		return;
	case 'd':
		assert_true(end - *at >= 8);
		memcpy(&d, *at, 8);
		*at += 8;
		fprintf(out, "%s=%.17g", f->name, d);
		return;
	case 's':
		bytes = read_bytes(at, end, &length);
		fprintf(out, "%s='%.*s'", f->name, (int)length, bytes);
		return;
	default:
		bytes = read_bytes(at, end, &length);
		fprintf(out, "%s{", f->name);
		show_message(out, f->message, bytes, bytes + length);
		fprintf(out, "}");
	}
}

static void show_message(FILE *out, const struct message *m, const char *at, const char *end)
{
	static const char wires[] = { ['v'] = 0, ['z'] = 0, ['d'] = 1, ['s'] = 2, ['m'] = 2 };
	const char *begin = at;
	const struct field *f;
	uint64_t key;

	while (at < end) {
		if (at > begin)
			fprintf(out, " ");
		key = read_varint(&at, end);
		for (f = m->fields; f->number && f->number != key >> 3; f++)
			;
		assert_int_equal(f->number, key >> 3);
		assert_int_equal(wires[(unsigned char)f->kind], key & 7);
		show_field(out, f, &at, end);
	}
}

/* All families of a body, a line each; to be freed. */
static char *decode(const struct buffer *b)
{
	const char *at = b->data, *end = b->data + b->length, *bytes;
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	while (at < end) {
		bytes = read_bytes(&at, end, &length);
		show_message(out, &family, bytes, bytes + length);
		fprintf(out, "\n");
	}
	fclose(out);
	return text;
}

/* ---- what is expected ---- */

static void expect_rows(const struct encoder_options *o, struct family f, const struct sample *s,
			uint32_t rows, const char *expected)
{
	struct encoded e = encode(&encoder_protobuf, o, f, s, rows);
	char *text = decode(&e.out);

	assert_string_equal(text, expected);
	free(text);
	encoded_release(&e);
}

/* A native histogram alone: what stands between its sum and the end. */
static void expect_native(struct scheme scheme, const struct sample *s, const char *expected)
{
	char *text;
	const struct family f = {
		.name = "x", .help = "", .type = METRIC_HISTOGRAM, .scheme = scheme
	};
	struct encoded e = encode(&encoder_protobuf, OPTIONS(.native_only = true), f, s, 1);
	char *begin;

	text = decode(&e.out);
	begin = strstr(text, "schema=");
	assert_non_null(begin);
	begin[strlen(begin) - strlen("}}\n")] = '\0';
	assert_string_equal(begin, expected);
	free(text);
	encoded_release(&e);
}

static void a_counter_has_labels_value_and_its_beginning(void **state)
{
	static const struct sample rows[] = {
		{ { "device", "sda", "op", "read" }, { 7 } },
		{ { "device", "", "op", "\\ \" \n \xff" }, { UINT64_MAX } },
	};

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){ .name = "x_bytes_total",
				     .help = "What \"it\"\ncounts.",
				     .unit = "bytes",
				     .created_ns = CREATED },
		    rows, 2,
		    "name='x_bytes_total' help='What \"it\"\ncounts.' type=0 unit='bytes' "
		    "metric{label{name='device' value='sda'} label{name='op' value='read'} "
		    "counter{value=7 created{s=1795264116 ns=500000000}}} "
		    "metric{label{name='op' value='\\ \" \n "
		    "\xef\xbf\xbd'} "
		    "counter{value=1.8446744073709552e+19 created{s=1795264116 ns=500000000}}}\n");
}

static void a_gauge_has_no_beginning(void **state)
{
	static const struct sample row = { { NULL }, { (uint64_t)INT64_MIN } };

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){ .name = "x",
				     .help = "",
				     .type = METRIC_GAUGE,
				     .value = VALUE_SIGNED,
				     .created_ns = CREATED },
		    &row, 1,
		    "name='x' help='' type=1 metric{gauge{value=-9.2233720368547758e+18}}\n");
}

static void an_info_is_a_gauge(void **state)
{
	static const struct sample row = { { "version", "1" }, { 1 } };

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){ .name = "x_info", .help = "", .type = METRIC_INFO }, &row, 1,
		    "name='x_info' help='' type=1 "
		    "metric{label{name='version' value='1'} gauge{value=1}}\n");
}

static void nanoseconds_are_seconds(void **state)
{
	static const struct sample row = { { NULL }, { 1500000001 } };

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){
			    .name = "x_seconds_total", .help = "", .value = VALUE_NANOSECONDS },
		    &row, 1,
		    "name='x_seconds_total' help='' type=0 "
		    "metric{counter{value=1.5000000010000001}}\n");
}

static void a_family_without_series_is_not_mentioned(void **state)
{
	(void)state;
	expect_rows(OPTIONS(0), (struct family){ .name = "x_total", .help = "" }, NULL, 0, "");
}

static void a_histogram_is_both_classic_and_native(void **state)
{
	static const struct sample row = { { "op", "read" }, { 99, 1, 2, 0, 4, 5250000000 } };

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){ .name = "x_seconds",
				     .help = "x",
				     .type = METRIC_HISTOGRAM,
				     .word = 1,
				     .scheme = { SECONDS, 0, -2, 0 },
				     .created_ns = CREATED },
		    &row, 1,
		    "name='x_seconds' help='x' type=4 metric{label{name='op' value='read'} "
		    "histogram{count=7 sum=5.25 bucket{n=1 le=0.25} bucket{n=3 le=0.5} "
		    "bucket{n=3 le=1} bucket{n=7 le=inf} schema=0 zero_threshold=0.25 "
		    "delta=2 span{offset=-1 length=1} delta=2 span{offset=1025 length=1} "
		    "zero_count=1}}\n");
}

static void a_histogram_tells_since_when_it_counts_where_wanted(void **state)
{
	static const struct sample row = { { "op", "read" }, { 99, 1, 2, 0, 4, 5250000000 } };

	(void)state;
	expect_rows(OPTIONS(.histograms_created = true),
		    (struct family){ .name = "x_seconds",
				     .help = "x",
				     .type = METRIC_HISTOGRAM,
				     .word = 1,
				     .scheme = { SECONDS, 0, -2, 0 },
				     .created_ns = CREATED },
		    &row, 1,
		    "name='x_seconds' help='x' type=4 metric{label{name='op' value='read'} "
		    "histogram{count=7 sum=5.25 bucket{n=1 le=0.25} bucket{n=3 le=0.5} "
		    "bucket{n=3 le=1} bucket{n=7 le=inf} schema=0 zero_threshold=0.25 "
		    "delta=2 span{offset=-1 length=1} delta=2 span{offset=1025 length=1} "
		    "zero_count=1 created{s=1795264116 ns=500000000}}}\n");
}

static void classic_buckets_can_be_left_out(void **state)
{
	static const struct sample row = { { NULL }, { 1, 2, 0, 4, 5 } };

	(void)state;
	expect_rows(OPTIONS(.native_only = true),
		    (struct family){ .name = "x",
				     .help = "",
				     .type = METRIC_HISTOGRAM,
				     .scheme = { PLAIN, 0, 3, 5 } },
		    &row, 1,
		    "name='x' help='' type=4 metric{histogram{count=7 sum=5 schema=0 "
		    "zero_threshold=8 delta=2 span{offset=4 length=1} "
		    "delta=2 span{offset=1020 length=1} zero_count=1}}\n");
}

/* The first bucket above the threshold 2^min has index (min << schema) + 1, whose upper bound is one step above. */
static void buckets_have_the_index_of_their_upper_bound(void **state)
{
	static const struct sample row = { { NULL }, { 0, 1 } };

	(void)state;
	expect_native((struct scheme){ SECONDS, 0, -20, 4 }, &row,
		      "schema=0 zero_threshold=9.5367431640625e-07 delta=1 "
		      "span{offset=-19 length=1} zero_count=0");
	expect_native((struct scheme){ SECONDS, 1, -20, -18 }, &row,
		      "schema=1 zero_threshold=9.5367431640625e-07 delta=1 "
		      "span{offset=-39 length=1} zero_count=0");
	expect_native((struct scheme){ PLAIN, 2, 9, 11 }, &row,
		      "schema=2 zero_threshold=512 delta=1 span{offset=37 length=1} zero_count=0");
	expect_native((struct scheme){ PLAIN, 3, 0, 2 }, &row,
		      "schema=3 zero_threshold=1 delta=1 span{offset=1 length=1} zero_count=0");
}

static void what_lies_above_all_bounds_is_in_the_bucket_of_infinity(void **state)
{
	static const struct sample row = { { NULL }, { 0, 0, 0, 0, 0, 5 } };

	(void)state;
	expect_native((struct scheme){ PLAIN, 2, 0, 1 }, &row,
		      "schema=2 zero_threshold=1 delta=5 span{offset=4097 length=1} zero_count=0");
}

static void small_gaps_are_filled_and_larger_ones_skipped(void **state)
{
	/* Sixteen buckets to 4, between the zero bucket and that of infinity. */
	static const struct sample row = {
		{ NULL }, { 9, 0, 3, 0, 5, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 2, 7, 123 }
	};

	(void)state;
	expect_native((struct scheme){ PLAIN, 3, 0, 2 }, &row,
		      "schema=3 zero_threshold=1 "
		      "delta=3 delta=-3 delta=5 delta=-5 delta=0 delta=4 span{offset=2 length=6} "
		      "delta=-3 span{offset=3 length=1} delta=1 span{offset=4 length=1} "
		      "delta=5 span{offset=8176 length=1} zero_count=9");
}

static void an_empty_histogram_is_native_by_its_threshold(void **state)
{
	static const struct sample row = { { NULL }, { 0 } };

	(void)state;
	expect_native((struct scheme){ PLAIN, 0, 0, 4 }, &row,
		      "schema=0 zero_threshold=1 zero_count=0");
}

static void numbers_of_any_size_are_read_back(void **state)
{
	static const struct sample row = {
		{ NULL }, { 127, 128, 16383, 16384, (1ULL << 56) - 1, 1ULL << 56, INT64_MAX, 1, 1 }
	};

	(void)state;
	expect_native((struct scheme){ PLAIN, 0, 0, 6 }, &row,
		      "schema=0 zero_threshold=1 delta=128 delta=16255 delta=1 "
		      "delta=72057594037911551 delta=1 delta=9151314442816847871 "
		      "span{offset=1 length=6} delta=-9223372036854775806 "
		      "span{offset=1018 length=1} zero_count=127");
}

static void an_exemplar_is_in_its_bucket_or_beside_native_ones_that_are_alone(void **state)
{
	static const struct sample row = { { NULL }, { 1, 1, 1, 1, 9, 1, 300000000 } };

	(void)state;
	expect_rows(OPTIONS(0),
		    (struct family){ .name = "x",
				     .help = "",
				     .type = METRIC_HISTOGRAM,
				     .scheme = { SECONDS, 0, -2, 0 },
				     .exemplar = 5 },
		    &row, 1,
		    "name='x' help='' type=4 metric{histogram{count=4 sum=8.9999999999999995e-09 "
		    "bucket{n=1 le=0.25} bucket{n=2 le=0.5 exemplar{label{name='pid' value='17'} "
		    "label{name='comm' value='a \"b\"'} value=0.29999999999999999 "
		    "time{s=1795264116 ns=500000000}}} bucket{n=3 le=1} bucket{n=4 le=inf} "
		    "schema=0 zero_threshold=0.25 delta=1 delta=0 span{offset=-1 length=2} delta=0 "
		    "span{offset=1024 length=1} zero_count=1}}\n");
	expect_rows(OPTIONS(.native_only = true),
		    (struct family){ .name = "x",
				     .help = "",
				     .type = METRIC_HISTOGRAM,
				     .scheme = { SECONDS, 0, -2, 0 },
				     .exemplar = 5 },
		    &row, 1,
		    "name='x' help='' type=4 metric{histogram{count=4 sum=8.9999999999999995e-09 "
		    "schema=0 zero_threshold=0.25 delta=1 delta=0 span{offset=-1 length=2} delta=0 "
		    "span{offset=1024 length=1} zero_count=1 exemplar{label{name='pid' value='17'} "
		    "label{name='comm' value='a \"b\"'} value=0.29999999999999999 "
		    "time{s=1795264116 ns=500000000}}}}\n");
}

static void long_labels_have_long_lengths(void **state)
{
	static char value[40000];
	struct sample row = { { "a", value }, { 1 } };
	struct encoded e;
	char *text;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	e = encode(&encoder_protobuf, OPTIONS(0), (struct family){ .name = "x_total", .help = "" },
		   &row, 1);
	text = decode(&e.out);
	assert_true(strlen(text) > sizeof(value));
	assert_non_null(strstr(text, "x'} counter{value=1}}\n"));
	free(text);
	encoded_release(&e);
}

static void a_ceiling_fails_the_body_wherever_it_lies(void **state)
{
	(void)state;
	expect_ceilings_to_hold(&encoder_protobuf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_has_labels_value_and_its_beginning),
		cmocka_unit_test(a_gauge_has_no_beginning),
		cmocka_unit_test(an_info_is_a_gauge),
		cmocka_unit_test(nanoseconds_are_seconds),
		cmocka_unit_test(a_family_without_series_is_not_mentioned),
		cmocka_unit_test(a_histogram_is_both_classic_and_native),
		cmocka_unit_test(a_histogram_tells_since_when_it_counts_where_wanted),
		cmocka_unit_test(classic_buckets_can_be_left_out),
		cmocka_unit_test(buckets_have_the_index_of_their_upper_bound),
		cmocka_unit_test(what_lies_above_all_bounds_is_in_the_bucket_of_infinity),
		cmocka_unit_test(small_gaps_are_filled_and_larger_ones_skipped),
		cmocka_unit_test(an_empty_histogram_is_native_by_its_threshold),
		cmocka_unit_test(numbers_of_any_size_are_read_back),
		cmocka_unit_test(an_exemplar_is_in_its_bucket_or_beside_native_ones_that_are_alone),
		cmocka_unit_test(long_labels_have_long_lengths),
		cmocka_unit_test(a_ceiling_fails_the_body_wherever_it_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
