// SPDX-License-Identifier: GPL-2.0-only
/* Reading files whole: sizes around every limit, and files that tell no size. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static char path[] = "/tmp/bpf_exporter_file_XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void fill(size_t size)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (size_t i = 0; i < size; i++)
		fputc('a' + (int)(i % 26), f);
	assert_int_equal(fclose(f), 0);
}

static void a_file_is_read_whole_or_refused(void **state)
{
	char out[8];

	(void)state;
	fill(0);
	assert_int_equal(file_read(path, out, sizeof(out)), 0);
	assert_string_equal(out, "");
	fill(7);
	assert_int_equal(file_read(path, out, sizeof(out)), 7);
	assert_string_equal(out, "abcdefg");
	fill(8);
	assert_int_equal(file_read(path, out, sizeof(out)), -EFBIG);
	assert_string_equal(out, "abcdefg");
}

static void missing_files_and_directories_tell_why(void **state)
{
	char out[8];
	size_t size;

	(void)state;
	assert_int_equal(file_read("/nonexistent", out, sizeof(out)), -ENOENT);
	assert_int_equal(file_read("/proc", out, sizeof(out)), -EISDIR);
	errno = 0;
	assert_null(file_load("/nonexistent", 100, &size));
	assert_int_equal(errno, ENOENT);
	assert_null(file_load("/proc", 100, &size));
	assert_int_equal(errno, EISDIR);
}

static void a_file_loads_up_to_its_ceiling_and_not_beyond(void **state)
{
	static const size_t ceilings[] = { 0, 1, 100, 4095, 4096, 4097, 8192, 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ceilings) / sizeof(*ceilings); i++) {
		size_t size = 0;
		char *data;

		fill(ceilings[i]);
		data = file_load(path, ceilings[i], &size);
		assert_non_null(data);
		assert_int_equal(size, ceilings[i]);
		assert_int_equal(strlen(data), size);
		free(data);

		fill(ceilings[i] + 1);
		errno = 0;
		assert_null(file_load(path, ceilings[i], &size));
		assert_int_equal(errno, EFBIG);
	}
}

static void a_file_that_tells_no_size_loads_too(void **state)
{
	size_t size;
	char *data = file_load("/proc/self/stat", 1 << 20, &size);

	(void)state;
	assert_non_null(data);
	assert_true(size > 0 && data[size - 1] == '\n');
	free(data);
}

static void a_file_of_a_user_is_regular_or_refused_at_once(void **state)
{
	static char fifo[] = "/tmp/bpf_exporter_fifo";
	struct error e;
	size_t size = 1;
	char *data;

	(void)state;
	fill(5);
	data = file_load_stored(path, 100, &size, &e);
	assert_non_null(data);
	assert_string_equal(data, "abcde");
	assert_int_equal(size, 5);
	free(data);
	fill(0);
	data = file_load_stored(path, 100, &size, &e);
	assert_non_null(data);
	assert_int_equal(size, 0);
	free(data);
	/* To read it would not end, or take from it what others wait for. */
	data = file_load_stored("/proc/self/stat", 100, &size, &e);
	assert_non_null(data);
	assert_int_equal(size, 0);
	free(data);

	unlink(fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(file_load_stored(fifo, 100, &size, &e));
	assert_string_equal(e.text, "not a regular file: -EINVAL");
	unlink(fifo);
	assert_null(file_load_stored("/dev/zero", 100, &size, &e));
	assert_string_equal(e.text, "not a regular file: -EINVAL");
	assert_null(file_load_stored("/tmp", 100, &size, &e));
	assert_string_equal(e.text, "not a regular file: -EINVAL");
	assert_null(file_load_stored("/nonexistent", 100, &size, &e));
	assert_string_equal(e.text, "cannot be read: -ENOENT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_or_refused),
		cmocka_unit_test(missing_files_and_directories_tell_why),
		cmocka_unit_test(a_file_loads_up_to_its_ceiling_and_not_beyond),
		cmocka_unit_test(a_file_that_tells_no_size_loads_too),
		cmocka_unit_test(a_file_of_a_user_is_regular_or_refused_at_once),
	};

	return cmocka_run_group_tests_name("file", tests, make_file, remove_file);
}
