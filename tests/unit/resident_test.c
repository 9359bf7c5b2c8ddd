// SPDX-License-Identifier: GPL-2.0-only
/* Giving memory back: pages of files leave, and nothing that was written is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/resident.h"

#define PAGES 4

static size_t size;

/* A private mapping of a file that is full of 'f', and gone from its directory. */
static char *map_file(void)
{
	char path[] = "/tmp/bpf_exporter_resident_XXXXXX", *page, *map;
	int fd = mkstemp(path);

	size = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	page = malloc(size);
	assert_true(fd >= 0);
	assert_non_null(page);
	memset(page, 'f', size);
	assert_int_equal(write(fd, page, size), size);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	assert_true(map != MAP_FAILED);
	close(fd);
	unlink(path);
	free(page);
	return map;
}

static void protect(char *map)
{
	assert_int_equal(mprotect(map, size, PROT_READ), 0);
}

/* Pages of a mapping in the process's tables: bit 63 of each word. */
static size_t present(const char *map)
{
	uint64_t words[PAGES];
	const off_t at = (off_t)((uintptr_t)map / (size / PAGES) * sizeof(words[0]));
	FILE *f = fopen("/proc/self/pagemap", "r");
	size_t nr = 0;

	assert_non_null(f);
	assert_int_equal(fseeko(f, at, SEEK_SET), 0);
	assert_int_equal(fread(words, sizeof(words[0]), PAGES, f), PAGES);
	fclose(f);
	for (size_t i = 0; i < PAGES; i++)
		nr += words[i] >> 63;
	return nr;
}

static void read_all(const char *map, char first)
{
	assert_int_equal(map[0], first);
	for (size_t i = 1; i < size; i++)
		assert_int_equal(map[i], 'f');
}

static void pages_of_a_file_leave_and_come_back(void **state)
{
	char *map = map_file();

	(void)state;
	protect(map);
	read_all(map, 'f');
	assert_int_equal(present(map), PAGES);
	resident_trim();
	assert_int_equal(present(map), 0);
	read_all(map, 'f');
	munmap(map, size);
}

/* As relocations and breakpoints are. */
static void what_was_written_before_it_was_protected_stays(void **state)
{
	char *map = map_file();

	(void)state;
	map[0] = 'w';
	protect(map);
	resident_trim();
	read_all(map, 'w');
	munmap(map, size);
}

static void what_can_be_written_stays(void **state)
{
	char *map = map_file();

	(void)state;
	read_all(map, 'f');
	resident_trim();
	assert_int_equal(present(map), PAGES);
	munmap(map, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_a_file_leave_and_come_back),
		cmocka_unit_test(what_was_written_before_it_was_protected_stays),
		cmocka_unit_test(what_can_be_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
