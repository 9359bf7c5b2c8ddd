// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of collectors: numbers that fit and lists that are known, or a message. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "collect/parameter.h"

static const struct parameter_description scalar = {
	.name = "limit", .decoder = "uint", .defaults = "", .size = 2
};
static const struct parameter_description set = {
	.name = "timed", .decoder = "syscall", .defaults = "", .size = 512, .elements = 512
};

static void a_number_that_fits_is_stored(void **state)
{
	uint16_t v = 7;
	struct error e;

	(void)state;
	assert_int_equal(parameter_encode(&scalar, "", &v, &e), 0);
	assert_int_equal(v, 7);
	assert_int_equal(parameter_encode(&scalar, "65535", &v, &e), 0);
	assert_int_equal(v, 65535);
}

static void what_is_no_fitting_number_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"65536", "x", "-1", "1x", " 1", "99999999999999999999"
	};
	uint16_t v = 7;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(parameter_encode(&scalar, texts[i], &v, &e) < 0);
		assert_int_equal(v, 7);
		assert_memory_equal(e.text, "parameter 'limit': ", 19);
	}
}

static void a_list_becomes_a_set(void **state)
{
	uint8_t bytes[512], expected[512] = { 0 };
	struct error e;

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	expected[SYS_fsync] = expected[SYS_read] = 1;
	assert_int_equal(parameter_encode(&set, "read,fsync", bytes, &e), 0);
	assert_memory_equal(bytes, expected, sizeof(bytes));
	memset(expected, 0, sizeof(expected));
	assert_int_equal(parameter_encode(&set, "", bytes, &e), 0);
	assert_memory_equal(bytes, expected, sizeof(bytes));
}

static void a_bad_list_is_refused(void **state)
{
	static const char *const texts[] = { ",",	   "read,", "read,,fsync",
					     "nosuchcall", "512",   ",read" };
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_true(parameter_check(&set, texts[i], &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_that_fits_is_stored),
		cmocka_unit_test(what_is_no_fitting_number_is_refused_and_changes_nothing),
		cmocka_unit_test(a_list_becomes_a_set),
		cmocka_unit_test(a_bad_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
