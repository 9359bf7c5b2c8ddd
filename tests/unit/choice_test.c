// SPDX-License-Identifier: GPL-2.0-only
/* The choice among alternatives: the first that can run, and an honest reason for every other one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load/choice.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PROGRAM(event_, rank_, alternative_)                                             \
	{                                                                                \
		.name = "p", .event = event_, .rank = rank_, .alternative = alternative_ \
	}

static struct program_description switches[] = {
	PROGRAM("switch", 2, "classic"), /* the order of declaration means nothing */
	PROGRAM("switch", 2, "classic"),  PROGRAM("switch", 1, "hybrid"),
	PROGRAM("switch", 3, "counting"), PROGRAM("fork", 0, ""),
};

static const struct description three_ways = {
	.programs = switches,
	.nr_programs = COUNT(switches),
};

static void assert_state(const struct choice *c, size_t program, enum program_state state,
			 const char *reason)
{
	const char *why;

	assert_int_equal(choice_state(c, program, &why), state);
	assert_string_equal(why, reason);
	assert_int_equal(choice_has(c, program), state == PROGRAM_ATTACHED);
}

static void assert_event(const struct choice *c, const char *event, const char *reason)
{
	const char *why;

	assert_int_equal(choice_runs(c, event, &why), !*reason);
	assert_string_equal(why, reason);
	assert_int_equal(choice_runs(c, event, NULL), !*reason);
}

static void the_lowest_rank_runs_when_nothing_is_ruled_out(void **state)
{
	struct choice *c = choice_new(&three_ways);

	(void)state;
	assert_state(c, 2, PROGRAM_ATTACHED, "");
	assert_state(c, 0, PROGRAM_NOT_CHOSEN, "a better alternative runs");
	assert_state(c, 3, PROGRAM_NOT_CHOSEN, "a better alternative runs");
	assert_state(c, 4, PROGRAM_ATTACHED, "");
	assert_event(c, "switch", "");
	assert_event(c, "", "");
	choice_free(c);
}

static void programs_of_one_alternative_go_together(void **state)
{
	struct choice *c = choice_new(&three_ways);

	(void)state;
	choice_rule_out(c, 2, PROGRAM_UNAVAILABLE, "no field");
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	assert_state(c, 1, PROGRAM_ATTACHED, "");
	choice_rule_out(c, 1, PROGRAM_UNAVAILABLE, "no tracepoint");
	assert_state(c, 0, PROGRAM_UNAVAILABLE, "no tracepoint");
	assert_state(c, 1, PROGRAM_UNAVAILABLE, "no tracepoint");
	assert_state(c, 2, PROGRAM_UNAVAILABLE, "no field");
	assert_state(c, 3, PROGRAM_ATTACHED, "");
	choice_free(c);
}

static void a_preferred_alternative_comes_first_and_the_others_after_it(void **state)
{
	struct choice *c = choice_new(&three_ways);

	(void)state;
	choice_prefer(c, 0);
	choice_prefer(c, 4); /* has no alternative to be preferred to */
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	assert_state(c, 1, PROGRAM_ATTACHED, "");
	assert_state(c, 2, PROGRAM_NOT_CHOSEN, "a better alternative runs");
	choice_rule_out(c, 1, PROGRAM_UNAVAILABLE, "no kprobes");
	assert_state(c, 2, PROGRAM_ATTACHED, "");
	assert_state(c, 3, PROGRAM_NOT_CHOSEN, "a better alternative runs");
	choice_free(c);
}

static void an_alternative_that_is_avoided_comes_last_unless_it_is_preferred(void **state)
{
	struct choice *c = choice_new(&three_ways);

	(void)state;
	choice_avoid(c, 2, "it is preempted");
	choice_avoid(c, 4, "it is preempted"); /* has no alternative */
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	assert_state(c, 2, PROGRAM_NOT_CHOSEN, "it is preempted");
	assert_state(c, 3, PROGRAM_NOT_CHOSEN, "a better alternative runs");
	assert_state(c, 4, PROGRAM_ATTACHED, "");
	choice_rule_out(c, 0, PROGRAM_UNAVAILABLE, "no kprobes");
	assert_state(c, 3, PROGRAM_ATTACHED, "");
	choice_rule_out(c, 3, PROGRAM_UNAVAILABLE, "no kprobes");
	assert_state(c, 2, PROGRAM_ATTACHED, "");
	choice_free(c);
	c = choice_new(&three_ways);
	choice_avoid(c, 2, "it is preempted");
	choice_prefer(c, 2);
	assert_state(c, 2, PROGRAM_ATTACHED, "");
	choice_free(c);
}

/* Trials as the loader makes them: what fails is ruled out, one program at a time. */
static void every_alternative_is_tried_once_and_then_the_event_is_off(void **state)
{
	static const size_t chosen[] = { 2, 0, 3 };
	struct choice *c = choice_new(&three_ways);

	(void)state;
	for (size_t i = 0; i < COUNT(chosen); i++) {
		assert_true(choice_has(c, chosen[i]));
		choice_rule_out(c, chosen[i], PROGRAM_UNAVAILABLE,
				i ? "later cause" : "first cause");
	}
	assert_event(c, "switch", "first cause");
	assert_state(c, 1, PROGRAM_UNAVAILABLE, "later cause");
	assert_event(c, "fork", "");
	assert_event(c, "", "");
	choice_free(c);
}

static void the_first_reason_stays(void **state)
{
	struct choice *c = choice_new(&three_ways);

	(void)state;
	choice_rule_out(c, 2, PROGRAM_UNAVAILABLE, "first");
	choice_rule_out(c, 2, PROGRAM_NOT_NEEDED, "second");
	assert_state(c, 2, PROGRAM_UNAVAILABLE, "first");
	choice_free(c);
}

static void a_program_without_event_is_needed_by_all(void **state)
{
	static struct program_description programs[] = { PROGRAM("", 0, ""), PROGRAM("", 0, ""),
							 PROGRAM("fork", 0, "") };
	static const struct description d = { .programs = programs, .nr_programs = 3 };
	struct choice *c = choice_new(&d);

	(void)state;
	assert_event(c, "", "");
	choice_rule_out(c, 1, PROGRAM_UNAVAILABLE, "no function");
	assert_event(c, "", "no function");
	assert_event(c, "fork", "no function");
	for (size_t i = 0; i < 3; i++)
		assert_state(c, i, PROGRAM_UNAVAILABLE, "no function");
	choice_free(c);
}

static void what_a_parameter_switches_off_is_no_failure(void **state)
{
	static struct program_description programs[] = { PROGRAM("", 0, ""), PROGRAM("", 0, ""),
							 PROGRAM("timed", 0, ""),
							 PROGRAM("timed", 0, "") };
	static const struct description d = { .programs = programs, .nr_programs = 4 };
	struct choice *c = choice_new(&d);

	(void)state;
	choice_rule_out(c, 1, PROGRAM_NOT_NEEDED, "switched off");
	choice_rule_out(c, 3, PROGRAM_NOT_NEEDED, "switched off too");
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	assert_state(c, 1, PROGRAM_NOT_NEEDED, "switched off");
	assert_state(c, 2, PROGRAM_NOT_NEEDED, "switched off too"); /* with its event */
	assert_event(c, "", "");
	assert_event(c, "timed", "switched off too");
	choice_free(c);
}

static void a_collector_with_all_switched_off_does_not_run(void **state)
{
	static struct program_description programs[] = { PROGRAM("a", 0, ""), PROGRAM("", 0, "") };
	static const struct description d = { .programs = programs, .nr_programs = 2 };
	struct choice *c = choice_new(&d);

	(void)state;
	choice_rule_out(c, 0, PROGRAM_NOT_NEEDED, "off");
	choice_rule_out(c, 1, PROGRAM_NOT_NEEDED, "off");
	assert_event(c, "", "off");
	assert_state(c, 0, PROGRAM_NOT_NEEDED, "off");
	choice_free(c);
}

static void a_program_common_to_all_alternatives_runs_with_each(void **state)
{
	static struct program_description programs[] = { PROGRAM("io", 0, ""),
							 PROGRAM("io", 1, "new"),
							 PROGRAM("io", 2, "old") };
	static const struct description d = { .programs = programs, .nr_programs = 3 };
	struct choice *c = choice_new(&d);

	(void)state;
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	choice_rule_out(c, 1, PROGRAM_UNAVAILABLE, "not new");
	assert_state(c, 0, PROGRAM_ATTACHED, "");
	assert_state(c, 2, PROGRAM_ATTACHED, "");
	choice_rule_out(c, 0, PROGRAM_UNAVAILABLE, "no start");
	assert_event(c, "io", "no start");
	assert_state(c, 2, PROGRAM_UNAVAILABLE, "no start");
	choice_free(c);
}

static void an_event_that_no_program_has_does_not_run(void **state)
{
	static const struct description none = { 0 };
	struct choice *c = choice_new(&three_ways);

	(void)state;
	assert_event(c, "elsewhere", "no program has this event");
	choice_free(c);
	c = choice_new(&none);
	assert_event(c, "", "it has no programs");
	choice_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_rank_runs_when_nothing_is_ruled_out),
		cmocka_unit_test(programs_of_one_alternative_go_together),
		cmocka_unit_test(a_preferred_alternative_comes_first_and_the_others_after_it),
		cmocka_unit_test(an_alternative_that_is_avoided_comes_last_unless_it_is_preferred),
		cmocka_unit_test(every_alternative_is_tried_once_and_then_the_event_is_off),
		cmocka_unit_test(the_first_reason_stays),
		cmocka_unit_test(a_program_without_event_is_needed_by_all),
		cmocka_unit_test(what_a_parameter_switches_off_is_no_failure),
		cmocka_unit_test(a_collector_with_all_switched_off_does_not_run),
		cmocka_unit_test(a_program_common_to_all_alternatives_runs_with_each),
		cmocka_unit_test(an_event_that_no_program_has_does_not_run),
	};

	return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
