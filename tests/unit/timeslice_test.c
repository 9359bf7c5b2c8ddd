// SPDX-License-Identifier: GPL-2.0-only
/* Shorter slices, as the kernel tells them since 6.12: before, it tells 0. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/timeslice.h"

/* The kernel's struct sched_attr, as it was from the beginning. */
struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static struct attr get_attr(void)
{
	struct attr a;

	assert_int_equal(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0), 0);
	return a;
}

static void *get_attr_of_thread(void *out)
{
	*(struct attr *)out = get_attr();
	return NULL;
}

static void a_thread_and_those_that_it_makes_have_it_and_stay_as_nice(void **state)
{
	struct attr before, after, of_thread;
	pthread_t thread;

	(void)state;
	setpriority(PRIO_PROCESS, 0, 3);
	before = get_attr();
	if (!before.runtime)
		skip();
	timeslice_shorten();
	after = get_attr();
	assert_int_equal(pthread_create(&thread, NULL, get_attr_of_thread, &of_thread), 0);
	pthread_join(thread, NULL);
	assert_true(before.runtime > 100000);
	assert_int_equal(after.runtime, 100000);
	assert_int_equal(after.nice, 3);
	assert_int_equal(after.policy, before.policy);
	assert_int_equal(of_thread.runtime, 100000);
	assert_int_equal(of_thread.nice, 3);
}

static void another_policy_stays_as_it_is(void **state)
{
	struct attr before, after, idle = { .size = sizeof(idle), .policy = 5 /* SCHED_IDLE */ };

	(void)state;
	assert_int_equal(syscall(SYS_sched_setattr, 0, &idle, 0), 0);
	before = get_attr();
	timeslice_shorten();
	after = get_attr();
	assert_int_equal(after.policy, idle.policy);
	assert_int_equal(after.runtime, before.runtime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_and_those_that_it_makes_have_it_and_stay_as_nice),
		cmocka_unit_test(another_policy_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
