// SPDX-License-Identifier: GPL-2.0-only
/* Relocation records of foreign objects: all are seen, and lengths that lie are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load/corerelo.h"

#define HEADER 32
#define WORD(bytes, at) (((uint32_t *)(bytes))[(at) / 4])

/* Two sections with two records and one, each record 4 bytes longer than what is known of it. */
struct ext {
	uint32_t header[HEADER / 4];
	uint32_t record_size;
	struct {
		uint32_t name, records;
		uint32_t record[2][5];
	} first;
	struct {
		uint32_t name, records;
		uint32_t record[1][5];
	} second;
};

static struct ext good(void)
{
	struct ext x = { .record_size = 20 };

	WORD(x.header, 0) = 0x1eb9f; /* magic and version */
	WORD(x.header, 4) = HEADER;
	WORD(x.header, 28) = sizeof(x) - HEADER;
	x.first.records = 2;
	x.first.record[0][1] = 10;
	x.first.record[1][1] = 11;
	x.second.records = 1;
	x.second.record[0][1] = 12;
	return x;
}

struct seen {
	uint32_t types[8];
	size_t n;
	int answer;
};

static int see(void *context, const struct bpf_core_relo *r)
{
	struct seen *s = context;

	assert_true(s->n < 8);
	s->types[s->n++] = r->type_id;
	return s->answer;
}

/* In memory of just that size, so that the sanitizer sees a read beyond it. */
static int walk(const struct ext *x, size_t size, struct seen *s)
{
	void *bytes = malloc(size ? size : 1);
	int err;

	assert_non_null(bytes);
	memcpy(bytes, x, size);
	err = corerelo_walk(bytes, size, see, s);
	free(bytes);
	return err;
}

static void every_record_of_every_section_is_seen(void **state)
{
	struct ext x = good();
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(walk(&x, sizeof(x), &s), 0);
	assert_int_equal(s.n, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(s.types[i], 10 + i);
}

static void the_walk_ends_where_it_is_told_to(void **state)
{
	struct ext x = good();
	struct seen s = { .answer = -7 };

	(void)state;
	assert_int_equal(walk(&x, sizeof(x), &s), -7);
	assert_int_equal(s.n, 1);
}

static void an_object_without_relocations_has_none(void **state)
{
	struct ext x = good();
	struct seen s = { 0 };

	(void)state;
	WORD(x.header, 28) = 0;
	assert_int_equal(walk(&x, sizeof(x), &s), 0);
	WORD(x.header, 4) = 24; /* an older compiler's header */
	assert_int_equal(walk(&x, sizeof(x), &s), 0);
	assert_int_equal(s.n, 0);
}

static void no_length_that_is_cut_is_believed(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(struct ext); size++) {
		struct ext x = good();
		struct seen s = { 0 };

		assert_int_equal(walk(&x, size, &s), -22);
	}
}

static void only_whole_sections_are_whole(void **state)
{
	(void)state;
	for (size_t size = HEADER + 1; size < sizeof(struct ext); size++) {
		struct ext x = good();
		struct seen s = { 0 };
		bool whole =
			size == offsetof(struct ext, first) || size == offsetof(struct ext, second);

		WORD(x.header, 28) = (uint32_t)size - HEADER; /* the header knows of the cut */
		assert_int_equal(walk(&x, size, &s), whole ? 0 : -22);
	}
}

static void lengths_that_lie_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} lies[] = {
		{ 0, 0x19feb }, /* another byte order */
		{ 4, UINT32_MAX },
		{ 24, 4 },
		{ 24, UINT32_MAX },
		{ 28, UINT32_MAX },
		{ HEADER, 0 },
		{ HEADER, 12 },
		{ HEADER, UINT32_MAX },
		{ offsetof(struct ext, first.records), UINT32_MAX },
		{ offsetof(struct ext, second.records), 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct ext x = good();
		struct seen s = { 0 };

		WORD(&x, lies[i].at) = lies[i].value;
		assert_int_equal(walk(&x, sizeof(x), &s), -22);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_of_every_section_is_seen),
		cmocka_unit_test(the_walk_ends_where_it_is_told_to),
		cmocka_unit_test(an_object_without_relocations_has_none),
		cmocka_unit_test(no_length_that_is_cut_is_believed),
		cmocka_unit_test(only_whole_sections_are_whole),
		cmocka_unit_test(lengths_that_lie_are_refused),
	};

	return cmocka_run_group_tests_name("corerelo", tests, NULL, NULL);
}
