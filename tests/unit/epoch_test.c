// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/epoch.h"

#define BOOT (1796000000 * NS_PER_SECOND)

static void a_clock_that_is_slewed_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(epoch_settle(BOOT, BOOT + NS_PER_SECOND), BOOT);
	assert_int_equal(epoch_settle(BOOT, BOOT - NS_PER_SECOND), BOOT);
}

static void a_clock_that_is_set_is_followed_both_ways(void **state)
{
	(void)state;
	assert_int_equal(epoch_settle(0, BOOT), BOOT);
	assert_int_equal(epoch_settle(BOOT, BOOT + 3600 * NS_PER_SECOND),
			 BOOT + 3600 * NS_PER_SECOND);
	assert_int_equal(epoch_settle(BOOT, BOOT - 3600 * NS_PER_SECOND),
			 BOOT - 3600 * NS_PER_SECOND);
	assert_int_equal(epoch_settle(BOOT, 0), 0);
}

static void a_moment_has_its_time_of_day_and_keeps_it(void **state)
{
	uint64_t first, now;

	(void)state;
	assert_int_equal(epoch_ns(), 0);
	epoch_follow();
	first = epoch_ns();
	now = first + clock_ns(CLOCK_BOOTTIME);
	assert_true(now + NS_PER_SECOND > clock_ns(CLOCK_REALTIME));
	assert_true(now < clock_ns(CLOCK_REALTIME) + NS_PER_SECOND);
	for (int i = 0; i < 1000; i++) {
		epoch_follow();
		assert_int_equal(epoch_ns(), first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_slewed_changes_nothing),
		cmocka_unit_test(a_clock_that_is_set_is_followed_both_ways),
		cmocka_unit_test(a_moment_has_its_time_of_day_and_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
