// SPDX-License-Identifier: GPL-2.0-only
/* Promises about the objects that are built in, whatever the compiler: they hold no instruction that Linux 5.10 lacks. */
#include <gelf.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "base/file.h"

#define OBJECT_MAX (1 << 20)
#define ATOMIC_64 (BPF_STX | 0xc0 | BPF_DW)
#define ATOMIC_32 (BPF_STX | 0xc0 | BPF_W)
#define ONLY_ADD 0 /* the one operation before 5.12: any other is in `imm`, BPF_FETCH among them */

static size_t look_at(const char *path, const struct bpf_insn *code, size_t nr)
{
	size_t atomics = 0;

	for (size_t i = 0; i < nr; i++) {
		if (code[i].code == (BPF_LD | BPF_IMM | BPF_DW)) {
			i++;
			continue;
		}
		if (code[i].code != ATOMIC_64 && code[i].code != ATOMIC_32)
			continue;
		atomics++;
		if (code[i].imm != ONLY_ADD)
			fail_msg("%s: an atomic operation %#x that Linux 5.10 lacks", path,
				 (unsigned int)code[i].imm);
	}
	return atomics;
}

static size_t look_into(const char *path)
{
	size_t size, atomics = 0;
	char *bytes = file_load(path, OBJECT_MAX, &size);
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	Elf *elf;

	assert_non_null(bytes);
	elf_version(EV_CURRENT);
	elf = elf_memory(bytes, size);
	assert_non_null(elf);
	while ((section = elf_nextscn(elf, section))) {
		const Elf_Data *data = elf_getdata(section, NULL);

		if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR)
			atomics +=
				look_at(path, data->d_buf, data->d_size / sizeof(struct bpf_insn));
	}
	elf_end(elf);
	free(bytes);
	return atomics;
}

static void atomic_operations_are_those_of_the_oldest_kernel(void **state)
{
	size_t atomics = 0;
	glob_t found;

	(void)state;
	assert_int_equal(glob(OBJECTS "/../bpf/*.bpf.o", 0, NULL, &found), 0);
	/* The exporter's own, which ask the kernel what works. */
	assert_int_equal(glob(OBJECTS "/../userspace/*/bpf/*.bpf.o", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		atomics += look_into(found.gl_pathv[i]);
	/* Counters are what collectors are made of. */
	assert_true(atomics >= found.gl_pathc / 2);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(atomic_operations_are_those_of_the_oldest_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
