// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as people write them: all or nothing, up to a bound. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

static void test_digits_up_to_the_bound_are_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int err;
		uint64_t n;
	} rows[] = {
		{ "0", 0, 0, 0 },
		{ "007", 9, 0, 7 },
		{ "65535", 65535, 0, 65535 },
		{ "65536", 65535, -ERANGE, 0 },
		{ "5", 4, -ERANGE, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "", 9, -EINVAL, 0 },
		{ "+1", 9, -EINVAL, 0 },
		{ "-1", 9, -EINVAL, 0 },
		{ " 1", 9, -EINVAL, 0 },
		{ "1 ", 9, -EINVAL, 0 },
		{ "0x1", 9, -EINVAL, 0 },
		{ "99x", 9, -EINVAL, 0 },
	};
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		n = 0;
		assert_int_equal(number_parse(rows[i].text, rows[i].max, &n), rows[i].err);
		assert_int_equal(n, rows[i].n);
	}
}

static void test_no_byte_behind_the_length_is_read(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(number_parse_bytes("123", 2, 99, &n), 0);
	assert_int_equal(n, 12);
	assert_int_equal(number_parse_bytes("1", 0, 99, &n), -EINVAL);
}

static void test_hexadecimal_digits_end_where_they_end(void **state)
{
	static const char text[] = "ffffffff81000000 T", long_one[] = "11111111111111112";
	uint64_t n;

	(void)state;
	assert_ptr_equal(number_hex(text, text + strlen(text), &n), text + 16);
	assert_int_equal(n, 0xffffffff81000000);
	assert_ptr_equal(number_hex(text, text + 2, &n), text + 2);
	assert_int_equal(n, 0xff);
	assert_ptr_equal(number_hex("G", NULL, &n), "G");
	assert_ptr_equal(number_hex(long_one, long_one + strlen(long_one), &n), long_one + 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digits_up_to_the_bound_are_numbers),
		cmocka_unit_test(test_no_byte_behind_the_length_is_read),
		cmocka_unit_test(test_hexadecimal_digits_end_where_they_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
