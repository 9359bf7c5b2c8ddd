// SPDX-License-Identifier: GPL-2.0-only
/* process_* figures: read from what /proc says, or refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collect/process.h"

static void figures_of_this_process_are_plausible(void **state)
{
	struct process_figures p = { 0 };
	struct error e;
	struct rlimit files;

	(void)state;
	assert_int_equal(process_read("", &p, &e), 0);
	assert_true(p.resident_bytes > 100000 && p.virtual_bytes >= p.resident_bytes);
	assert_true(p.started_ns <= clock_ns(CLOCK_BOOTTIME));
	assert_true(p.started_ns + 3600 * NS_PER_SECOND > clock_ns(CLOCK_BOOTTIME));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(p.max_fds, files.rlim_cur);
}

static void an_open_file_is_counted(void **state)
{
	struct process_figures before = { 0 }, after = { 0 };
	struct error e;
	int fd;

	(void)state;
	assert_int_equal(process_read("", &before, &e), 0);
	fd = dup(STDERR_FILENO);
	assert_int_equal(process_read("", &after, &e), 0);
	close(fd);
	assert_int_equal(after.open_fds, before.open_fds + 1);
}

/* Who is open answers to fcntl(). */
static void all_open_files_are_counted(void **state)
{
	struct process_figures p = { 0 };
	struct error e;
	uint64_t open = 0;

	(void)state;
	for (int fd = 0; fd < 4096; fd++)
		open += fcntl(fd, F_GETFD) >= 0;
	assert_int_equal(process_read("", &p, &e), 0);
	assert_int_equal(p.open_fds, open);
}

static void the_start_is_told_alike_at_each_reading(void **state)
{
	struct process_figures p = { 0 };
	struct error e;
	uint64_t first;

	(void)state;
	assert_int_equal(process_read("", &p, &e), 0);
	first = p.started_ns;
	for (int i = 0; i < 100; i++) {
		usleep(1000);
		assert_int_equal(process_read("", &p, &e), 0);
		assert_int_equal(p.started_ns, first);
	}
}

static void a_proc_that_cannot_be_read_is_refused_with_its_path(void **state)
{
	struct process_figures p = { 0 };
	struct error e;

	(void)state;
	assert_int_equal(process_read("/nonexistent", &p, &e), -ENOENT);
	assert_string_equal(e.text, "file '/nonexistent/proc/self/stat': cannot be read: -ENOENT; "
				    "mount -t proc proc /proc");
}

static void a_stat_of_another_form_is_refused(void **state)
{
	static const char *const texts[] = { "", "1 (x", "1 (x) S 1 2", "1 (a) b) S x y z" };
	char root[] = "/tmp/process_test.XXXXXX", path[256];
	struct process_figures p = { 0 };
	struct error e;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/self", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/self/stat", root);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
		assert_int_equal(process_read(root, &p, &e), -EINVAL);
	}
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc/self", root);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/proc", root);
	rmdir(path);
	rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_this_process_are_plausible),
		cmocka_unit_test(an_open_file_is_counted),
		cmocka_unit_test(all_open_files_are_counted),
		cmocka_unit_test(the_start_is_told_alike_at_each_reading),
		cmocka_unit_test(a_proc_that_cannot_be_read_is_refused_with_its_path),
		cmocka_unit_test(a_stat_of_another_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
