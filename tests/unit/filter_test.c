// SPDX-License-Identifier: GPL-2.0-only
/* Promises about filters: names become a selection, or a message for whoever asked. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/filter.h"

static const struct family ours[] = { { .name = "a_info" }, { .name = "b_total" } };

/* Two collectors of no object, so refused, and families of nobody. */
static int set_up(void **state)
{
	struct registry *r = registry_new();

	assert_int_equal(registry_add(r, collector_new("dir/disk.bpf.o", "", 0)), 0);
	assert_int_equal(registry_add(r, collector_new("cpu.bpf.o", "", 0)), 0);
	assert_int_equal(registry_add_families(r, ours, 2), 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	registry_free(*state);
	return 0;
}

static struct filter filter_of(enum filter_kind kind, const char *first, const char *second)
{
	struct filter f = { .nr = { 0 } };

	f.names[kind][0] = first;
	f.names[kind][1] = second;
	f.nr[kind] = second ? 2 : 1;
	return f;
}

static void no_names_select_everything(void **state)
{
	struct filter f = { .nr = { 0 } };
	struct selection *s;

	assert_int_equal(filter_select(&f, *state, &s, NULL), 0);
	assert_null(s);
	assert_true(selection_has_collector(s, 1));
	assert_true(selection_has_family(s, 1));
}

static void a_family_of_ours_has_everything_read(void **state)
{
	struct filter f = filter_of(FILTER_FAMILY, "b_total", NULL);
	struct selection *s;

	assert_int_equal(filter_select(&f, *state, &s, NULL), 0);
	assert_true(s->whole && s->chosen[0] && s->chosen[1]);
	assert_false(selection_has_family(s, 0));
	assert_true(selection_has_family(s, 1));
	free(s);
}

static void a_family_that_there_is_not_is_absent(void **state)
{
	struct filter f = filter_of(FILTER_FAMILY, "b", "a_info_");
	struct selection *s;

	assert_int_equal(filter_select(&f, *state, &s, NULL), 0);
	assert_false(s->whole || selection_has_family(s, 0) || selection_has_family(s, 1));
	free(s);
}

static void what_is_excluded_need_not_run(void **state)
{
	struct filter f = filter_of(FILTER_EXCLUDE, "disk", "disk");
	struct selection *s;

	assert_int_equal(filter_select(&f, *state, &s, NULL), 0);
	assert_true(selection_has_collector(s, 0)); /* cpu */
	assert_false(selection_has_collector(s, 1));
	assert_true(selection_has_family(s, 0) && selection_has_family(s, 1));
	free(s);
}

static void order_and_repetition_make_no_difference(void **state)
{
	struct filter one = filter_of(FILTER_FAMILY, "a_info", "b_total");
	struct filter same = filter_of(FILTER_FAMILY, "b_total", "a_info");
	struct filter other = filter_of(FILTER_FAMILY, "b_total", "b_total");
	struct selection *a, *b, *c;

	assert_int_equal(filter_select(&one, *state, &a, NULL), 0);
	assert_int_equal(filter_select(&same, *state, &b, NULL), 0);
	assert_int_equal(filter_select(&other, *state, &c, NULL), 0);
	assert_true(selection_equal(a, b) && selection_equal(NULL, NULL));
	assert_false(selection_equal(a, c) || selection_equal(a, NULL) || selection_equal(NULL, a));
	free(a);
	free(b);
	free(c);
}

static void expect_refusal(struct registry *r, const struct filter *f, int err, const char *text)
{
	struct selection *s;
	struct error e;

	assert_int_equal(filter_select(f, r, &s, &e), err);
	assert_null(s);
	assert_string_equal(e.text, text);
}

static void mistakes_are_named_beside_what_there_is(void **state)
{
	struct filter unknown = filter_of(FILTER_COLLECT, "disks", NULL);
	struct filter excluded = filter_of(FILTER_EXCLUDE, "", NULL);
	struct filter both = filter_of(FILTER_COLLECT, "disk", NULL);

	expect_refusal(*state, &unknown, -ENOENT,
		       "collector 'disks' does not exist; running collectors: ");
	expect_refusal(*state, &excluded, -ENOENT,
		       "collector '' does not exist; running collectors: ");
	both.names[FILTER_EXCLUDE][both.nr[FILTER_EXCLUDE]++] = "disk";
	expect_refusal(*state, &both, -EINVAL,
		       "collect[] and exclude[] exclude each other: use one of them; running "
		       "collectors: ");
}

static void a_hostile_name_is_shown_harmless_and_cut(void **state)
{
	char name[2000] = "";
	struct filter f = filter_of(FILTER_COLLECT, name, NULL);

	memset(name, 'x', sizeof(name));
	memcpy(name, "\x1b[31m\n\xff", 7);
	name[sizeof(name) - 1] = '\0';
	expect_refusal(
		*state, &f, -ENOENT,
		"collector '?[31m??xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' "
		"does not exist; running collectors: ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_names_select_everything),
		TEST(a_family_of_ours_has_everything_read),
		TEST(a_family_that_there_is_not_is_absent),
		TEST(what_is_excluded_need_not_run),
		TEST(order_and_repetition_make_no_difference),
		TEST(mistakes_are_named_beside_what_there_is),
		TEST(a_hostile_name_is_shown_harmless_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
