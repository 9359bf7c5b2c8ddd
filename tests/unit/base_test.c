// SPDX-License-Identifier: GPL-2.0-only
/* Promises of base/: bytes, numbers, messages, UTF-8. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"

static void expect(struct buffer *b, const char *text)
{
	assert_false(b->failed);
	assert_int_equal(b->length, strlen(text));
	assert_memory_equal(b->data, text, strlen(text));
	buffer_clear(b);
}

static void numbers_are_written_in_full(void **state)
{
	struct buffer b = BUFFER_INIT(1024);

	(void)state;
	buffer_u64(&b, 0);
	expect(&b, "0");
	buffer_u64(&b, 100);
	expect(&b, "100");
	buffer_u64(&b, UINT64_MAX);
	expect(&b, "18446744073709551615");
	buffer_s64(&b, INT64_MIN);
	expect(&b, "-9223372036854775808");
	buffer_release(&b);
}

static void nanoseconds_become_exact_seconds(void **state)
{
	static const struct {
		uint64_t ns;
		const char *seconds;
	} cases[] = {
		{ 0, "0" },
		{ 1, "0.000000001" },
		{ 1500000000, "1.5" },
		{ 1000000000, "1" },
		{ 10, "0.00000001" },
		{ 999999999, "0.999999999" },
		{ UINT64_MAX, "18446744073.709551615" },
	};
	struct buffer b = BUFFER_INIT(1024);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_seconds(&b, cases[i].ns);
		expect(&b, cases[i].seconds);
	}
	buffer_release(&b);
}

static void a_buffer_stops_at_its_ceiling_and_says_so(void **state)
{
	struct buffer b = BUFFER_INIT(300);
	char bytes[1000] = { 0 };

	(void)state;
	buffer_append(&b, bytes, 200);
	assert_false(b.failed);
	buffer_append(&b, bytes, 200);
	assert_true(b.failed);
	buffer_append(&b, bytes, sizeof(bytes));
	assert_int_equal(b.length, 200);
	buffer_clear(&b);
	buffer_append(&b, bytes, 200);
	buffer_append(&b, bytes, 100);
	assert_false(b.failed);
	buffer_release(&b);
}

static void a_message_that_is_too_long_is_marked_as_cut(void **state)
{
	struct error e = { "" };
	char text[sizeof(e.text) + 10];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	assert_int_equal(error_set(&e, -EINVAL, "%s", text), -EINVAL);
	assert_string_equal(e.text + sizeof(e.text) - 4, "...");
	error_set(&e, -ENOENT, "map 'm': missing: -%s", error_name(-ENOENT));
	error_prefix(&e, -ENOENT, "collector '%s'", "c");
	assert_string_equal(e.text, "collector 'c': map 'm': missing: -ENOENT");
	assert_null(error_name(4095));
}

static void only_well_formed_utf8_passes(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		{ "a", 1 },
		{ "\xc3\xa9", 2 },
		{ "\xe2\x82\xac", 3 },
		{ "\xf0\x9f\x90\x9d", 4 },
		{ "\x80", 0 },
		{ "\xc0\xaf", 0 },
		{ "\xe2\x82", 0 },
		{ "\xed\xa0\x80", 0 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xe0\x80\x80", 0 },
		{ "\xc3(", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(utf8_sequence(cases[i].bytes, strlen(cases[i].bytes)),
				 cases[i].length);
	assert_int_equal(utf8_sequence("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_in_full),
		cmocka_unit_test(nanoseconds_become_exact_seconds),
		cmocka_unit_test(a_buffer_stops_at_its_ceiling_and_says_so),
		cmocka_unit_test(a_message_that_is_too_long_is_marked_as_cut),
		cmocka_unit_test(only_well_formed_utf8_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
