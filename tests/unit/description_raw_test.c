// SPDX-License-Identifier: GPL-2.0-only
/* Promises of the description reader about BTF that the clang at hand does not make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>
#include <linux/btf.h>

#include "describe/description.h"

/* A map of one hash whose key has the members `names` of type `member`. */
static void add_map(struct btf *b, int member, const char *const names[], size_t nr_names)
{
	int int_id = btf__add_int(b, "unsigned int", 4, 0), u64 = btf__add_int(b, "u64", 8, 0);
	int type = btf__add_array(b, int_id, int_id, 1),
	    entries = btf__add_array(b, int_id, int_id, 7);
	int key = btf__add_struct(b, "key", (uint32_t)(8 * nr_names)), pointers[4], definition, map;
	static const char *const fields[] = { "type", "max_entries", "key", "value" };

	for (uint32_t i = 0; i < nr_names; i++)
		btf__add_field(b, names[i], member, i * 64, 0);
	pointers[0] = btf__add_ptr(b, type);
	pointers[1] = btf__add_ptr(b, entries);
	pointers[2] = btf__add_ptr(b, key);
	pointers[3] = btf__add_ptr(b, u64);
	definition = btf__add_struct(b, "", 32);
	for (uint32_t i = 0; i < 4; i++)
		btf__add_field(b, fields[i], pointers[i], i * 64, 0);
	map = btf__add_var(b, "map", BTF_VAR_GLOBAL_ALLOCATED, definition);
	btf__add_decl_tag(b, "metric=raw_total", map, -1);
	btf__add_decl_tag(b, "help=Raw.", map, -1);
	btf__add_datasec(b, ".maps", 32);
	btf__add_datasec_var_info(b, map, 0, 32);
}

static struct btf *new_raw(const char *help)
{
	struct btf *b = btf__new_empty();
	int c = btf__add_int(b, "char", 1, BTF_INT_SIGNED);
	int license = btf__add_var(b, "LICENSE", BTF_VAR_GLOBAL_ALLOCATED, c);
	char tag[64];

	snprintf(tag, sizeof(tag), "help=%s", help);
	btf__add_decl_tag(b, "collector=raw", license, -1);
	btf__add_decl_tag(b, tag, license, -1);
	btf__add_decl_tag(b, "default=ON", license, -1);
	btf__add_datasec(b, "license", 1);
	btf__add_datasec_var_info(b, license, 0, 1);
	return b;
}

static struct description *read_raw(struct btf *b, struct error *e)
{
	uint32_t size;
	const void *bytes = btf__raw_data(b, &size);
	struct description *d = description_read_btf("raw", bytes, size, e);

	btf__free(b);
	return d;
}

static void enumerators_of_64_bits_are_whole(void **state)
{
	static const char *const names[] = { "wide" };
	struct btf *b = new_raw("Raw.");
	int id = btf__add_enum64(b, "e", 8, false);
	struct error e = { "" };
	struct description *d;
	const struct label_description *l;

	(void)state;
	btf__add_enum64_value(b, "HIGH", 5ULL << 40);
	btf__add_enum64_value(b, "LOW", 1);
	add_map(b, id, names, 1);
	d = read_raw(b, &e);
	assert_string_equal(e.text, "");
	l = &d->maps[0].labels[0];
	assert_int_equal(l->nr_enumerators, 2);
	assert_int_equal(l->enumerators[0].value, 1);
	assert_int_equal(l->enumerators[1].value, 5LL << 40);
	assert_string_equal(l->enumerators[1].name, "high");
	description_free(d);
}

static void labels_of_one_name_are_refused(void **state)
{
	static const char *const names[] = { "same", "same" };
	struct btf *b = new_raw("Raw.");
	int id = btf__add_int(b, "unsigned long", 8, 0);
	struct error e = { "" };

	(void)state;
	add_map(b, id, names, 2);
	assert_null(read_raw(b, &e));
	assert_string_equal(e.text, "file 'raw': struct 'key' member 'same': "
				    "a second label of this name: -EINVAL");
}

static void labels_of_floating_point_are_refused(void **state)
{
	static const char *const names[] = { "real" };
	struct btf *b = new_raw("Raw.");
	int id = btf__add_float(b, "double", 8);
	struct error e = { "" };

	(void)state;
	add_map(b, id, names, 1);
	assert_null(read_raw(b, &e));
	assert_non_null(strstr(e.text, "member 'real': a label is an integer, an enum"));
}

/* As clang before 15 writes an enum whose values need 8 bytes. */
static void enums_of_8_bytes_with_values_of_4_are_refused(void **state)
{
	static const char *const names[] = { "l" };
	struct btf *b = new_raw("Raw.");
	int id = btf__add_enum(b, "e", 8);
	struct error e = { "" };

	(void)state;
	btf__add_enum_value(b, "WIDE", 0);
	add_map(b, id, names, 1);
	assert_null(read_raw(b, &e));
	assert_string_equal(e.text, "file 'raw': struct 'key' member 'l': an enum of 8 bytes whose "
				    "values clang cut to 4: use smaller ones: -EINVAL");
}

/* Compilers since clang 18 refuse to write it. */
static void help_that_is_not_utf8_is_refused(void **state)
{
	struct error e = { "" };

	(void)state;
	assert_null(read_raw(new_raw("\xc3("), &e));
	assert_non_null(strstr(e.text, "not valid UTF-8: -EINVAL"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enumerators_of_64_bits_are_whole),
		cmocka_unit_test(labels_of_one_name_are_refused),
		cmocka_unit_test(labels_of_floating_point_are_refused),
		cmocka_unit_test(enums_of_8_bytes_with_values_of_4_are_refused),
		cmocka_unit_test(help_that_is_not_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
