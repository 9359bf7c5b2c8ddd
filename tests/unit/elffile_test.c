// SPDX-License-Identifier: GPL-2.0-only
/* Promises about object files that are damaged, or none. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "describe/description.h"
#include "describe/elffile.h"

#define OBJECT_MAX (1 << 20)

static char *good;
static size_t good_size;

static int load_good(void **state)
{
	(void)state;
	good = file_load(OBJECTS "/objects/forms.bpf.o", OBJECT_MAX, &good_size);
	return good ? 0 : -1;
}

static int free_good(void **state)
{
	(void)state;
	free(good);
	return 0;
}

static char *copy_of_good(void)
{
	char *copy = malloc(good_size);

	assert_non_null(copy);
	memcpy(copy, good, good_size);
	return copy;
}

static void expect_refused(const void *bytes, size_t size)
{
	struct error e = { "" };

	assert_null(description_read("x.bpf.o", bytes, size, &e));
	assert_memory_equal(e.text, "file 'x.bpf.o': ", strlen("file 'x.bpf.o': "));
}

static void sections_and_variables_are_found(void **state)
{
	struct error e = { "" };
	struct elffile *f = elffile_new(good, good_size, &e);
	uint32_t offset = UINT32_MAX;
	size_t size = 0;

	(void)state;
	assert_non_null(f);
	assert_non_null(elffile_section(f, ".BTF", &size));
	assert_true(size > sizeof(uint64_t));
	assert_null(elffile_section(f, ".absent", &size));
	assert_int_equal(elffile_variable(f, ".bss", "lost", 4 * 8, &offset), 0);
	assert_int_not_equal(offset, UINT32_MAX);
	assert_int_not_equal(elffile_variable(f, ".bss", "absent", 8, &offset), 0);
	assert_int_not_equal(elffile_variable(f, ".maps", "lost", 8, &offset), 0);
	assert_int_not_equal(elffile_variable(f, ".absent", "lost", 8, &offset), 0);
	elffile_free(f);
}

static void only_who_asks_for_any_file_gets_one_that_is_not_for_bpf(void **state)
{
	char *copy = copy_of_good();
	struct elffile *f;
	size_t size;

	(void)state;
	((Elf64_Ehdr *)copy)->e_type = ET_EXEC;
	((Elf64_Ehdr *)copy)->e_machine = EM_X86_64;
	assert_null(elffile_new(copy, good_size, NULL));
	f = elffile_new_any(copy, good_size, NULL);
	assert_non_null(f);
	assert_non_null(elffile_section(f, ".BTF", &size));
	elffile_free(f);
	assert_null(elffile_new_any("text", 4, NULL));
	free(copy);
}

static void a_variable_beyond_its_section_is_not_found(void **state)
{
	struct elffile *f = elffile_new(good, good_size, NULL);
	uint32_t offset;

	(void)state;
	assert_int_not_equal(elffile_variable(f, ".bss", "lost", 1 << 20, &offset), 0);
	elffile_free(f);
}

static void an_object_cut_off_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t size = 0; size < good_size; size += size < 128 ? 1 : 61) {
		/* Exactly as long, so that the sanitizer sees a byte read beyond. */
		char *cut = malloc(size ? size : 1);

		assert_non_null(cut);
		memcpy(cut, good, size);
		expect_refused(cut, size);
		free(cut);
	}
}

static void other_files_are_refused(void **state)
{
	static const struct {
		size_t offset;
		unsigned char value;
	} changes[] = {
		{ EI_CLASS, ELFCLASS32 },
		{ EI_DATA, ELFDATA2MSB },
		{ offsetof(Elf64_Ehdr, e_type), ET_EXEC },
		{ offsetof(Elf64_Ehdr, e_machine), EM_X86_64 },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 200 },
	};

	(void)state;
	expect_refused("#!/bin/sh\n", strlen("#!/bin/sh\n"));
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		char *changed = copy_of_good();

		changed[changes[i].offset] = (char)changes[i].value;
		expect_refused(changed, good_size);
		free(changed);
	}
}

/* Each section gets the name of each other one. */
static void two_sections_of_one_name_are_refused(void **state)
{
	char *changed = copy_of_good();
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)changed;
	Elf64_Shdr *sections = (Elf64_Shdr *)(changed + h->e_shoff);
	struct error e = { "" };
	unsigned int i, j;

	(void)state;
	assert_true(h->e_shnum > 4);
	for (i = 1; i < h->e_shnum; i++)
		for (j = 1; j < h->e_shnum; j++) {
			const Elf64_Word own = sections[i].sh_name;

			sections[i].sh_name = sections[j].sh_name;
			if (i != j) {
				assert_null(description_read("x", changed, good_size, &e));
				assert_non_null(strstr(e.text, "two sections '"));
			}
			sections[i].sh_name = own;
		}
	free(changed);
}

/* Some of these make no difference, but none may make it crash. */
static void any_damaged_byte_is_survived(void **state)
{
	char *changed = copy_of_good();

	(void)state;
	for (size_t i = 0; i < good_size; i += 11) {
		struct error e = { "" };

		changed[i] = (char)~changed[i];
		description_free(description_read("x.bpf.o", changed, good_size, &e));
		changed[i] = good[i];
	}
	free(changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_variables_are_found),
		cmocka_unit_test(only_who_asks_for_any_file_gets_one_that_is_not_for_bpf),
		cmocka_unit_test(a_variable_beyond_its_section_is_not_found),
		cmocka_unit_test(an_object_cut_off_anywhere_is_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(two_sections_of_one_name_are_refused),
		cmocka_unit_test(any_damaged_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, load_good, free_good);
}
