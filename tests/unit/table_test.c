// SPDX-License-Identifier: GPL-2.0-only
/* Promises of metric/table.h: every key counts once, no row is mixed up, whatever comes and goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "metric/table.h"

#define KEYS 300

/* How a test key is shown. */
struct shown {
	uint64_t merge; /* keys of one remainder have one text; 0: each its own */
	bool provisional; /* the name is not known yet: the number stands for it */
	unsigned int rendered;
};

static bool render(void *context, const void *key, struct buffer *out)
{
	struct shown *s = context;
	char text[32];
	uint64_t k;

	memcpy(&k, key, sizeof(k));
	s->rendered++;
	snprintf(text, sizeof(text), "%s%llu", s->provisional ? "number " : "",
		 (unsigned long long)(s->merge ? k % s->merge : k));
	label_append(out, "key", text, strlen(text));
	return !s->provisional;
}

static void add(struct table *t, uint64_t key, uint64_t value)
{
	uint64_t *words = table_touch(t, &key);

	assert_non_null(words);
	words[0] += value;
	words[1] += 2 * value;
}

/* The first word of the row `key="text"`; -1 where there is none. The second must be its double. */
static int64_t value_of(const struct table *t, const char *text)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "key=\"%s\"", text);
	for (size_t i = 0; i < table_rows(t); i++) {
		struct row row = table_row(t, i);

		if (row.labels_length != strlen(labels) ||
		    memcmp(row.labels, labels, row.labels_length))
			continue;
		assert_int_equal(row.words[1], 2 * row.words[0]);
		return (int64_t)row.words[0];
	}
	return -1;
}

static void a_key_counts_once_in_a_pass(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 10, render, &shown);
	uint64_t key = 1;

	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		table_begin(t);
		add(t, 1, 5);
		add(t, 2, 6);
		assert_null(table_touch(t, &key));
		add(t, 3, 7);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_rows(t), 3);
		assert_int_equal(value_of(t, "1"), 5);
		assert_int_equal(value_of(t, "3"), 7);
	}
	assert_int_equal(shown.rendered, 3);
	assert_int_equal(table_dropped(t), 0);
	table_free(t);
}

static uint64_t since_of(const struct table *t, const char *key)
{
	char text[32];

	snprintf(text, sizeof(text), "key=\"%s\"", key);
	for (size_t i = 0; i < table_rows(t); i++)
		if (!strncmp(table_row(t, i).labels, text, strlen(text)))
			return table_row(t, i).since_ns;
	return UINT64_MAX;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

static void what_comes_late_was_not_there_at_the_last_pass(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 10, render, &shown);
	uint64_t before, after, late;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		before = now();
		table_begin(t);
		after = now();
		add(t, 1, 5);
		assert_int_equal(table_end(t), 0);
	}
	table_begin(t);
	add(t, 1, 6);
	add(t, 2, 1);
	assert_int_equal(table_end(t), 0);
	late = since_of(t, "2");
	assert_int_equal(since_of(t, "1"), 0);
	assert_true(late >= before && late <= after);
	table_begin(t);
	add(t, 2, 2);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(since_of(t, "2"), late);
	table_free(t);
}

static void what_a_pass_does_not_see_is_forgotten_and_order_stays(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 10, render, &shown);
	const char *left[] = { "key=\"1\"", "key=\"3\"", "key=\"4\"", "key=\"9\"" };

	(void)state;
	table_begin(t);
	for (uint64_t k = 1; k <= 5; k++)
		add(t, k, k);
	assert_int_equal(table_end(t), 0);
	table_begin(t);
	add(t, 4, 40);
	add(t, 9, 90);
	add(t, 3, 30);
	add(t, 1, 10);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 4);
	for (size_t i = 0; i < 4; i++)
		assert_memory_equal(table_row(t, i).labels, left[i], strlen(left[i]));
	assert_int_equal(value_of(t, "4"), 40);
	table_begin(t);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 0);
	table_free(t);
}

static void keys_of_one_text_add_up_and_may_vanish_apart(void **state)
{
	struct shown shown = { .merge = 10 };
	struct table *t = table_new(8, 2, 10, render, &shown);

	(void)state;
	table_begin(t);
	add(t, 1, 1);
	add(t, 2, 2);
	add(t, 11, 10);
	add(t, 21, 100);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 2);
	assert_int_equal(value_of(t, "1"), 111);
	table_begin(t); /* without 1, that made the row */
	add(t, 2, 2);
	add(t, 11, 10);
	add(t, 21, 100);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(value_of(t, "1"), 110);
	table_begin(t); /* without 2, whose row lies behind */
	add(t, 21, 100);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 1);
	assert_int_equal(value_of(t, "1"), 100);
	table_free(t);
}

static void provisional_labels_are_rendered_until_they_are_final(void **state)
{
	struct shown shown = { .provisional = true };
	struct table *t = table_new(8, 2, 10, render, &shown);

	(void)state;
	for (unsigned int pass = 1; pass <= 2; pass++) {
		table_begin(t);
		add(t, 8, 1);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(value_of(t, "number 8"), 1);
		assert_int_equal(shown.rendered, pass);
	}
	shown.provisional = false;
	for (int pass = 0; pass < 2; pass++) {
		table_begin(t);
		add(t, 8, 7);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_rows(t), 1);
		assert_int_equal(value_of(t, "8"), 7);
		assert_int_equal(shown.rendered, 3);
	}
	table_free(t);
}

static bool render_nothing(void *context, const void *key, struct buffer *out)
{
	(void)context;
	(void)key;
	(void)out;
	return true;
}

static void a_map_without_labels_has_one_row(void **state)
{
	struct table *t = table_new(4, 1, 1, render_nothing, NULL);
	uint32_t key = 0;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		table_begin(t);
		*table_touch(t, &key) += 3;
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_rows(t), 1);
		assert_int_equal(table_row(t, 0).labels_length, 0);
		assert_int_equal(table_row(t, 0).words[0], 3);
	}
	table_free(t);
}

static void beyond_the_ceiling_known_keys_stay_and_others_are_counted(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 3, render, &shown);
	uint64_t order[] = { 1, 2, 3, 4, 5 };

	(void)state;
	for (uint64_t pass = 1; pass <= 3; pass++) {
		table_begin(t);
		for (size_t i = 0; i < 5; i++) {
			uint64_t *words = table_touch(t, &order[i]);

			if (words)
				words[0] += 1, words[1] += 2;
		}
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_rows(t), 3);
		assert_int_equal(table_dropped(t), 2 * pass);
		assert_int_equal(value_of(t, "1"), 1);
		assert_int_equal(value_of(t, "2"), 1);
		assert_int_equal(value_of(t, "3"), 1);
		order[0] = 5; /* the new ones come first from now on */
		order[4] = 1;
	}
	table_begin(t); /* one goes: its place is free for the next pass */
	add(t, 2, 1);
	add(t, 3, 1);
	assert_null(table_touch(t, &order[0]));
	assert_int_equal(table_end(t), 0);
	table_begin(t);
	add(t, 2, 1);
	add(t, 3, 1);
	add(t, order[0], 1);
	assert_int_equal(table_end(t), 0);
	table_free(t);
}

static bool render_pairs(void *context, const void *key, struct buffer *out)
{
	uint64_t half = *(const uint64_t *)key / 2;

	return render(context, &half, out);
}

static void keys_with_the_labels_of_others_are_added_and_counted(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 50, render_pairs, &shown);

	(void)state;
	for (uint64_t pass = 0; pass < 3; pass++) {
		table_begin(t);
		for (uint64_t k = pass; k < 5; k++)
			add(t, k, 1);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_merged(t), pass ? 1 : 2);
	}
	table_free(t);
}

static void keys_that_are_gone_hold_no_place(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 50, render, &shown);

	(void)state;
	for (uint64_t pass = 0; pass < 5; pass++) {
		table_begin(t);
		for (uint64_t k = 0; k < 50; k++)
			add(t, pass * 1000 + k, k);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(table_rows(t), 50);
	}
	assert_int_equal(table_dropped(t), 0);
	table_free(t);
}

static void a_pass_that_was_not_ended_leaves_nothing_behind(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 50, render, &shown);

	(void)state;
	table_begin(t);
	add(t, 1, 1);
	add(t, 2, 1);
	table_begin(t);
	add(t, 2, 5);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 1);
	assert_int_equal(value_of(t, "2"), 5);
	table_free(t);
}

/* One pass over some keys in some order, with repetitions; expect[] gets what each text must have. */
static void random_pass(struct table *t, uint64_t merge, int64_t *expect)
{
	bool seen[KEYS] = { false };
	unsigned int many = (unsigned int)rand() % (3 * KEYS), run = 1;
	uint64_t key = 0;

	table_begin(t);
	for (unsigned int i = 0; i < KEYS; i++)
		expect[i] = -1;
	for (unsigned int i = 0; i < many; i++) {
		uint64_t value = (uint64_t)rand();

		if (!--run) { /* stretches in order between jumps */
			key = (uint64_t)rand();
			run = 1 + (unsigned int)rand() % 40;
		}
		key = (key + 1) % KEYS;
		if (seen[key]) {
			assert_null(table_touch(t, &key));
			continue;
		}
		seen[key] = true;
		add(t, key, value);
		expect[key % merge] += (int64_t)value + (expect[key % merge] < 0);
	}
	assert_int_equal(table_end(t), 0);
}

static void any_sequence_of_passes_gives_exact_sums(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20; round++) {
		struct shown shown = { .merge =
					       round % 2 ? KEYS : 1 + (unsigned int)rand() % KEYS };
		struct table *t = table_new(8, 2, KEYS, render, &shown);

		for (int pass = 0; pass < 30; pass++) {
			int64_t expect[KEYS];
			size_t rows = 0;
			char text[16];

			random_pass(t, shown.merge, expect);
			for (int i = 0; i < KEYS; i++) {
				snprintf(text, sizeof(text), "%d", i);
				assert_int_equal(value_of(t, text), expect[i]);
				rows += expect[i] >= 0;
			}
			assert_int_equal(table_rows(t), rows);
		}
		table_free(t);
	}
}

static void labels_that_changed_are_rendered_anew_and_numbers_replace_no_name(void **state)
{
	struct shown shown = { 0 };
	struct table *t = table_new(8, 2, 10, render, &shown);

	(void)state;
	table_begin(t);
	add(t, 7, 5);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(value_of(t, "7"), 5);
	shown.merge = 5; /* the same key has another name now */
	table_begin(t);
	add(t, 7, 6);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(value_of(t, "7"), 6);
	table_relabel(t);
	table_begin(t);
	add(t, 7, 8);
	assert_int_equal(table_end(t), 0);
	assert_int_equal(table_rows(t), 1);
	assert_int_equal(value_of(t, "2"), 8);
	shown.provisional = true; /* and now nobody knows one */
	table_relabel(t);
	for (int pass = 0; pass < 2; pass++) {
		table_begin(t);
		add(t, 7, 9);
		assert_int_equal(table_end(t), 0);
		assert_int_equal(value_of(t, "2"), 9);
	}
	assert_int_equal(shown.rendered, 3);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_counts_once_in_a_pass),
		cmocka_unit_test(what_comes_late_was_not_there_at_the_last_pass),
		cmocka_unit_test(what_a_pass_does_not_see_is_forgotten_and_order_stays),
		cmocka_unit_test(keys_of_one_text_add_up_and_may_vanish_apart),
		cmocka_unit_test(provisional_labels_are_rendered_until_they_are_final),
		cmocka_unit_test(a_map_without_labels_has_one_row),
		cmocka_unit_test(beyond_the_ceiling_known_keys_stay_and_others_are_counted),
		cmocka_unit_test(keys_with_the_labels_of_others_are_added_and_counted),
		cmocka_unit_test(keys_that_are_gone_hold_no_place),
		cmocka_unit_test(labels_that_changed_are_rendered_anew_and_numbers_replace_no_name),
		cmocka_unit_test(a_pass_that_was_not_ended_leaves_nothing_behind),
		cmocka_unit_test(any_sequence_of_passes_gives_exact_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
