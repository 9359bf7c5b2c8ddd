// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the description reader about good objects; for bad ones see refusal_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "describe/description.h"

#define OBJECT_MAX (1 << 20)

/* ---- finding things ---- */

static struct description *read_object(const char *name)
{
	struct description *d;
	struct error e = { "" };
	char path[256];
	size_t size;
	void *bytes;

	snprintf(path, sizeof(path), OBJECTS "/objects/%s.bpf.o", name);
	bytes = file_load(path, OBJECT_MAX, &size);
	assert_non_null(bytes);
	d = description_read(name, bytes, size, &e);
	free(bytes);
	assert_string_equal(e.text, "");
	assert_non_null(d);
	return d;
}

static const struct map_description *map_of(const struct description *d, const char *name)
{
	for (size_t i = 0; i < d->nr_maps; i++)
		if (!strcmp(d->maps[i].name, name))
			return &d->maps[i];
	fail_msg("no map '%s'", name);
	return NULL;
}

static const struct metric_description *metric_of(const struct map_description *m, const char *name)
{
	for (size_t i = 0; i < m->nr_metrics; i++)
		if (!strcmp(m->metrics[i].family.name, name))
			return &m->metrics[i];
	fail_msg("no metric '%s'", name);
	return NULL;
}

static const struct label_description *label_of(const struct map_description *m, const char *name)
{
	for (size_t i = 0; i < m->nr_labels; i++)
		if (!strcmp(m->labels[i].name, name))
			return &m->labels[i];
	fail_msg("no label '%s'", name);
	return NULL;
}

static const struct program_description *program_of(const struct description *d, const char *name)
{
	for (size_t i = 0; i < d->nr_programs; i++)
		if (!strcmp(d->programs[i].name, name))
			return &d->programs[i];
	fail_msg("no program '%s'", name);
	return NULL;
}

static const struct parameter_description *parameter_of(const struct description *d,
							const char *name)
{
	for (size_t i = 0; i < d->nr_parameters; i++)
		if (!strcmp(d->parameters[i].name, name))
			return &d->parameters[i];
	fail_msg("no parameter '%s'", name);
	return NULL;
}

/* ---- collector and maps ---- */

static void collector_is_read(void **state)
{
	struct description *forms = read_object("forms"), *labels = read_object("labels");

	(void)state;
	assert_string_equal(forms->collector, "forms");
	assert_string_equal(forms->help, "Every form of a metric: «ä»");
	assert_false(forms->default_on);
	assert_true(labels->default_on);
	description_free(forms);
	description_free(labels);
}

static void each_form_of_map_has_its_layout(void **state)
{
	static const struct {
		const char *name;
		enum map_layout layout;
		uint32_t key_size, labels_size, value_size, slots;
		size_t nr_labels, nr_metrics;
		unsigned int words;
	} expected[] = {
		{ "table", MAP_TABLE_PERCPU, 4, 12, 2912, 24, 3, 7, 363 },
		{ "shared", MAP_TABLE_SHARED, 4, 4, 8, 3, 1, 1, 1 },
		{ "array", MAP_PERCPU_ARRAY, 4, 0, 512, 1, 0, 1, 64 },
		{ "plain", MAP_ARRAY, 4, 0, 8, 1, 0, 1, 1 },
		{ "hash", MAP_HASH, 4, 4, 8, 1000, 1, 1, 1 },
		{ "percpu_hash", MAP_PERCPU_HASH, 4, 4, 8, 5, 1, 1, 1 },
		{ "started", MAP_OTHER, 8, 0, 12, 64, 0, 0, 0 },
		{ "sized", MAP_HASH, 0, 0, 0, 7, 0, 0, 0 },
		{ "slots", MAP_GLOBAL, 4, 4, 168, 3, 1, 2, 21 },
		{ "one", MAP_GLOBAL, 4, 0, 8, 1, 0, 1, 1 },
		{ "bare", MAP_GLOBAL, 4, 0, 8, 1, 0, 1, 1 },
		{ "pause", MAP_GLOBAL, 4, 0, 152, 1, 0, 1, 19 },
		{ "members", MAP_GLOBAL, 4, 0, 8, 1, 0, 1, 1 },
	};
	struct description *d = read_object("forms");

	(void)state;
	assert_int_equal(d->nr_maps, sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const struct map_description *m = map_of(d, expected[i].name);

		assert_int_equal(m->layout, expected[i].layout);
		assert_int_equal(m->key_size, expected[i].key_size);
		assert_int_equal(m->labels_size, expected[i].labels_size);
		assert_int_equal(m->value_size, expected[i].value_size);
		assert_int_equal(m->slots, expected[i].slots);
		assert_int_equal(m->nr_labels, expected[i].nr_labels);
		assert_int_equal(m->nr_metrics, expected[i].nr_metrics);
		assert_int_equal(m->words, expected[i].words);
	}
	description_free(d);
}

/* clang leaves the offsets in BTF 0, so they must come from somewhere else. */
static void variables_lie_beside_each_other(void **state)
{
	struct description *d = read_object("forms");
	uint32_t lost_end = d->lost_offset + (uint32_t)d->nr_lost_causes * 8;

	(void)state;
	for (size_t i = 0; i < d->nr_maps; i++) {
		const struct map_description *a = &d->maps[i];

		if (a->layout != MAP_GLOBAL)
			continue;
		assert_int_equal(a->offset % 8, 0);
		assert_true(a->offset >= lost_end ||
			    a->offset + a->slots * a->value_size <= d->lost_offset);
		for (size_t j = 0; j < i; j++) {
			const struct map_description *b = &d->maps[j];

			if (b->layout == MAP_GLOBAL)
				assert_true(a->offset >= b->offset + b->slots * b->value_size ||
					    b->offset >= a->offset + a->slots * a->value_size);
		}
	}
	description_free(d);
}

static void losses_are_named_by_their_enum(void **state)
{
	static const char *const names[] = { "map_full",     "map_refused",  "no_start",
					     "no_end",	     "out_of_range", "unreadable",
					     "not_accounted" };
	struct description *d = read_object("forms");

	(void)state;
	assert_true(d->has_lost);
	assert_int_equal(d->nr_lost_causes, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(d->lost_causes[i].value, i);
		assert_string_equal(d->lost_causes[i].name, names[i]);
	}
	description_free(d);
}

/* ---- metrics ---- */

static void a_histogram_may_have_an_exemplar(void **state)
{
	struct description *d = read_object("forms");
	const struct map_description *m = map_of(d, "slots");
	const struct metric_description *depth = metric_of(m, "form_depth");

	(void)state;
	assert_int_equal(depth->exemplar_offset, 8);
	assert_int_equal(depth->offset, 64);
	assert_int_equal(depth->family.exemplar, 14); /* behind all metrics */
	assert_int_equal(metric_of(m, "form_events_total")->family.exemplar, 0);
	description_free(d);
}

static void members_become_metrics(void **state)
{
	static const struct {
		const char *name, *unit, *event;
		enum metric_type type;
		enum metric_value value;
		uint32_t offset;
		unsigned int word;
	} expected[] = {
		{ "form_whole_total", "", "", METRIC_COUNTER, VALUE_UNSIGNED, 0, 0 },
		{ "form_wait_seconds", "seconds", "tick", METRIC_HISTOGRAM, VALUE_UNSIGNED, 16, 1 },
		{ "form_balance", "", "", METRIC_GAUGE, VALUE_SIGNED, 808, 100 },
		{ "form_busy_seconds_total", "seconds", "", METRIC_COUNTER, VALUE_NANOSECONDS, 816,
		  101 },
		{ "form_age_seconds", "seconds", "", METRIC_GAUGE, VALUE_NANOSECONDS, 824, 102 },
		{ "form_size_bytes", "bytes", "", METRIC_HISTOGRAM, VALUE_UNSIGNED, 832, 103 },
		{ "form_read_bytes_total", "bytes", "", METRIC_COUNTER, VALUE_UNSIGNED, 2904, 362 },
	};
	struct description *d = read_object("forms");
	const struct map_description *m = map_of(d, "table");

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const struct metric_description *metric = metric_of(m, expected[i].name);

		assert_string_equal(metric->family.unit, expected[i].unit);
		assert_string_equal(metric->event, expected[i].event);
		assert_int_equal(metric->family.type, expected[i].type);
		assert_int_equal(metric->family.value, expected[i].value);
		assert_int_equal(metric->offset, expected[i].offset);
		assert_int_equal(metric->family.word, expected[i].word);
		assert_null(metric->family.table);
	}
	assert_string_equal(metric_of(m, "form_wait_seconds")->family.help, "Waiting.");
	description_free(d);
}

static void schemes_are_read_from_the_type(void **state)
{
	static const struct {
		const char *map, *metric;
		struct scheme scheme;
	} expected[] = {
		{ "table", "form_wait_seconds", { SECONDS, 2, -20, 4 } },
		{ "table", "form_size_bytes", { PLAIN, 3, 0, 32 } },
		{ "array", "form_array_seconds", { SECONDS, 0, -29, 32 } },
		{ "slots", "form_depth", { PLAIN, 0, 0, 10 } },
		{ "pause", "form_pause_seconds", { SECONDS, 1, -4, 4 } },
	};
	struct description *d = read_object("forms");

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const struct family *f =
			&metric_of(map_of(d, expected[i].map), expected[i].metric)->family;

		assert_int_equal(f->type, METRIC_HISTOGRAM);
		assert_memory_equal(&f->scheme, &expected[i].scheme, sizeof(f->scheme));
	}
	description_free(d);
}

/* ---- labels ---- */

static void members_become_labels_in_their_order(void **state)
{
	static const struct {
		const char *name, *decoder, *argument, *prefix;
		uint32_t offset, size;
	} expected[] = {
		{ "kind", "enum", "", "KIND_", 0, 4 },
		{ "packed", "enum", "", "", 4, 1 },
		{ "flag", "bool", "", "", 5, 1 },
		{ "tiny", "uint", "", "", 6, 1 },
		{ "small", "int", "", "", 7, 1 },
		{ "wide", "uint", "", "", 8, 8 },
		{ "irq", "uint", "", "", 16, 4 },
		{ "action", "irq", "", "", 16, 4 },
		{ "error", "errno", "", "", 20, 4 },
		{ "comm", "string", "", "", 24, 16 },
		{ "address", "inet", "", "", 40, 16 },
		{ "reason", "kernel_enum", "skb_drop_reason", "SKB_DROP_REASON_", 56, 4 },
	};
	struct description *d = read_object("labels");
	const struct map_description *m = map_of(d, "map");

	(void)state;
	assert_int_equal(m->key_size, 64);
	assert_int_equal(m->labels_size, 64);
	assert_int_equal(m->nr_labels, sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < m->nr_labels; i++) {
		assert_string_equal(m->labels[i].name, expected[i].name);
		assert_string_equal(m->labels[i].decoder, expected[i].decoder);
		assert_string_equal(m->labels[i].argument, expected[i].argument);
		assert_string_equal(m->labels[i].prefix, expected[i].prefix);
		assert_int_equal(m->labels[i].offset, expected[i].offset);
		assert_int_equal(m->labels[i].size, expected[i].size);
		assert_int_equal(m->labels[i].values, 0);
	}
	description_free(d);
}

static void enumerators_are_sorted_and_stripped(void **state)
{
	static const struct enumerator expected[] = { { 1, "early" },
						      { 4, "other" },
						      { 9, "late" } };
	struct description *d = read_object("labels");
	const struct label_description *l = label_of(map_of(d, "map"), "kind");

	(void)state;
	assert_int_equal(l->nr_enumerators, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(l->enumerators[i].value, expected[i].value);
		assert_string_equal(l->enumerators[i].name, expected[i].name);
	}
	assert_null(label_of(map_of(d, "map"), "tiny")->enumerators);
	description_free(d);
}

static void labels_of_a_table_have_a_radix(void **state)
{
	struct description *d = read_object("forms");
	const struct map_description *m = map_of(d, "table");

	(void)state;
	assert_int_equal(label_of(m, "op")->values, 3);
	assert_int_equal(label_of(m, "sync")->values, 2);
	assert_int_equal(label_of(m, "cpu")->values, 4);
	description_free(d);
}

/* ---- programs and parameters ---- */

static bool needs(const struct program_description *p, const char *question)
{
	for (size_t i = 0; i < p->nr_needs; i++)
		if (!strcmp(p->needs[i], question))
			return true;
	return false;
}

static void functions_with_a_section_are_programs(void **state)
{
	struct description *d = read_object("programs");

	(void)state;
	assert_int_equal(d->nr_programs, 5); /* not the helpers, whether static or global */
	assert_string_equal(program_of(d, "plain")->event, "");
	assert_int_equal(program_of(d, "plain")->rank, 0);
	assert_string_equal(program_of(d, "fourth")->event, "other");
	assert_string_equal(program_of(d, "fourth")->alternative, "");
	description_free(d);
}

static void alternatives_have_rank_name_and_needs(void **state)
{
	struct description *d = read_object("programs");
	const struct program_description *first = program_of(d, "first");
	const struct program_description *second = program_of(d, "second");

	(void)state;
	assert_string_equal(first->event, "switch");
	assert_int_equal(first->rank, 1);
	assert_string_equal(first->alternative, "in one");
	assert_int_equal(first->nr_needs, 3);
	assert_true(needs(first, "args:4"));
	assert_true(needs(first, "field:request.start_time_ns"));
	assert_true(needs(first, "!parameter:timed"));
	assert_int_equal(second->rank, 2);
	assert_string_equal(second->alternative, "in two");
	assert_int_equal(second->nr_needs, 0);
	description_free(d);
}

static void parameters_are_numbers_or_sets(void **state)
{
	static const struct {
		const char *name, *help, *decoder, *defaults;
		uint32_t size, elements;
	} expected[] = {
		{ "flag", "A number of one byte", "uint", "0", 1, 0 },
		{ "limit", "A number of eight bytes", "uint", "5", 8, 0 },
		{ "timed", "A set", "syscall", "read,write", 512, 512 },
		{ "none", "A set that is empty", "uint", "", 3, 3 },
	};
	struct description *d = read_object("programs");

	(void)state;
	assert_int_equal(d->nr_parameters, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct parameter_description *p = parameter_of(d, expected[i].name);

		assert_string_equal(p->help, expected[i].help);
		assert_string_equal(p->decoder, expected[i].decoder);
		assert_string_equal(p->defaults, expected[i].defaults);
		assert_int_equal(p->size, expected[i].size);
		assert_int_equal(p->elements, expected[i].elements);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(p->offset, parameter_of(d, expected[j].name)->offset);
	}
	description_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collector_is_read),
		cmocka_unit_test(each_form_of_map_has_its_layout),
		cmocka_unit_test(variables_lie_beside_each_other),
		cmocka_unit_test(losses_are_named_by_their_enum),
		cmocka_unit_test(a_histogram_may_have_an_exemplar),
		cmocka_unit_test(members_become_metrics),
		cmocka_unit_test(schemes_are_read_from_the_type),
		cmocka_unit_test(members_become_labels_in_their_order),
		cmocka_unit_test(enumerators_are_sorted_and_stripped),
		cmocka_unit_test(labels_of_a_table_have_a_radix),
		cmocka_unit_test(functions_with_a_section_are_programs),
		cmocka_unit_test(alternatives_have_rank_name_and_needs),
		cmocka_unit_test(parameters_are_numbers_or_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
