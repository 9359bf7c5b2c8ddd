// SPDX-License-Identifier: GPL-2.0-only
/* Promises of base/digits.h: every number as printf writes it, within its room. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/digits.h"

static void expect(uint64_t v)
{
	char *out = malloc(DIGITS_MAX), expected[32];
	size_t length = (size_t)snprintf(expected, sizeof(expected), "%" PRIu64, v);

	assert_int_equal(digits_write(out, v) - out, length);
	assert_memory_equal(out, expected, length);
	free(out);
}

static void numbers_are_written_as_printf_does(void **state)
{
	uint64_t power;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		expect(i);
	for (power = 10;; power *= 10) {
		expect(power - 1);
		expect(power);
		expect(power + 1);
		if (power > UINT64_MAX / 10)
			break;
	}
	for (i = 0; i < 64; i++) {
		expect(1ULL << i);
		expect((1ULL << i) - 1);
	}
	expect(UINT64_MAX);
}

/* The reciprocals are exact for every lane: all pairs of four digits, once high and once low. */
static void all_groups_of_four_digits_are_right(void **state)
{
	char text[9], digits[8];
	uint32_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%04u%04u", i, 9999 - i);
		digits_store(digits, digits_eight(i * 10000 + 9999 - i));
		assert_memory_equal(digits, text, 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_printf_does),
		cmocka_unit_test(all_groups_of_four_digits_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
