// SPDX-License-Identifier: GPL-2.0-only
/* Promises of metric/label.h: whatever the bytes are, the label reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metric/label.h"

#define BAD "\xef\xbf\xbd"

static void values_are_escaped_and_made_utf8(void **state)
{
	static const struct {
		const char *value;
		size_t length;
		const char *text;
	} cases[] = {
		{ "sda", 3, "sda" },
		{ "a\\b\"c\nd", 7, "a\\\\b\\\"c\\nd" },
		{ "{x|y, z}", 8, "{x|y, z}" },
		{ "tab\tbell\a", 9, "tab\tbell\a" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9d", 15,
		  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9d" },
		{ "\xff\xfe", 2, BAD BAD },
		{ "a\xc3", 2, "a" BAD }, /* cut within a character */
		{ "\xc0\xaf", 2, BAD BAD }, /* overlong */
		{ "\xed\xa0\x80", 3, BAD BAD BAD }, /* surrogate */
		{ "\xc3\"", 2, BAD "\\\"" }, /* a quote must not hide in a broken character */
		{ "a\0b", 3, "a" BAD "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer out = BUFFER_INIT(1024), expected = BUFFER_INIT(1024);

		label_append(&out, "name", cases[i].value, cases[i].length);
		buffer_printf(&expected, "name=\"%s\"", cases[i].text);
		assert_int_equal(out.length, expected.length);
		assert_memory_equal(out.data, expected.data, out.length);
		buffer_release(&out);
		buffer_release(&expected);
	}
}

static void labels_are_parted_by_commas(void **state)
{
	struct buffer out = BUFFER_INIT(1024);

	(void)state;
	label_append(&out, "device", "sda", 3);
	label_append(&out, "op", "read", 4);
	assert_int_equal(out.length, strlen("device=\"sda\",op=\"read\""));
	assert_memory_equal(out.data, "device=\"sda\",op=\"read\"", out.length);
	buffer_release(&out);
}

static void empty_labels_are_left_out(void **state)
{
	struct buffer out = BUFFER_INIT(1024);

	(void)state;
	label_append(&out, "irq", "", 0);
	label_append(&out, "device", "sda", 3);
	label_append(&out, "op", "", 0);
	assert_int_equal(out.length, strlen("device=\"sda\""));
	assert_memory_equal(out.data, "device=\"sda\"", out.length);
	buffer_release(&out);
}

static void pairs_hold_the_values_unescaped(void **state)
{
	/* Field 1 of a metric: a pair of field 1, the name, and field 2, the value. */
	static const char expected[] = "\x0a\x0d\x0a\x06"
				       "device"
				       "\x12\x03"
				       "s\"\\"
				       "\x0a\x07\x0a\x02"
				       "op"
				       "\x12\x01"
				       "w"
				       "\x0a\x0b\x0a\x01"
				       "x"
				       "\x12\x06"
				       "\n,=\"}n";
	struct buffer text = BUFFER_INIT(1024), out = BUFFER_INIT(1024);

	(void)state;
	label_append(&text, "device", "s\"\\", 3);
	label_append(&text, "op", "w", 1);
	label_append(&text, "x", "\n,=\"}n", 6);
	label_pairs(text.data, text.length, &out);
	assert_int_equal(out.length, sizeof(expected) - 1);
	assert_memory_equal(out.data, expected, out.length);
	buffer_release(&text);
	buffer_release(&out);
}

static void no_labels_are_no_pairs(void **state)
{
	struct buffer out = BUFFER_INIT(1024);

	(void)state;
	label_pairs("", 0, &out);
	assert_int_equal(out.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped_and_made_utf8),
		cmocka_unit_test(labels_are_parted_by_commas),
		cmocka_unit_test(empty_labels_are_left_out),
		cmocka_unit_test(pairs_hold_the_values_unescaped),
		cmocka_unit_test(no_labels_are_no_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
