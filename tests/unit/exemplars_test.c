// SPDX-License-Identifier: GPL-2.0-only
/* Promises about exemplars: the youngest whole record of all copies, with labels that fit OpenMetrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <bpf_exporter/exemplar.h>

#include "collect/exemplars.h"
#include "metric/table.h"
#include "root.h"

#define COPIES 3
#define SECOND 1000000000ULL

/* A value with a histogram of PLAIN 0..4 and its exemplar, and the row behind it. */
struct value {
	uint64_t histogram[7];
	struct exemplar_record exemplar;
};

static struct metric_description metrics[] = {
	{ .family = { .name = "a_total" }, .offset = 0 },
	{ .family = { .name = "b",
		      .type = METRIC_HISTOGRAM,
		      .scheme = { PLAIN, 0, 0, 4 },
		      .exemplar = 7 },
	  .exemplar_offset = offsetof(struct value, exemplar) },
};
static const struct map_description map = { .name = "map", .metrics = metrics, .nr_metrics = 2 };
static const struct map_description bare = { .name = "bare", .metrics = metrics, .nr_metrics = 1 };

struct fixture {
	struct exemplars *exemplars;
	struct value values[COPIES];
	uint64_t row[7 + EXEMPLAR_WORDS];
};

static int set_up(void **state)
{
	static struct fixture f;
	struct decode_sources decode = { .root = root_path };

	memset(&f, 0, sizeof(f));
	root_puts("/proc/self/mountinfo", "41 23 0:38 / /cgroup rw - cgroup2 cgroup2 rw\n");
	root_puts("/cgroup/cgroup.procs", "");
	assert_int_equal(exemplars_new(&f.exemplars, &map, &decode, NULL), 0);
	exemplars_begin(f.exemplars);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	exemplars_free(f->exemplars);
	return 0;
}

static void put(struct exemplar_record *x, uint64_t value, uint64_t ns, const char *comm)
{
	*x = (struct exemplar_record){ .value = value, .ns = ns, .pid = 17 };
	memcpy(x->comm, comm, strlen(comm));
	x->check = exemplar_check(x);
}

static bool take_and_render(struct fixture *f, struct exemplar *out)
{
	const struct mapread_entry entry = { NULL, f->values, sizeof(*f->values), COPIES };

	exemplars_take(f->exemplars, f->row, &entry);
	return exemplars_render(f->exemplars, f->row + 7, out);
}

static void a_map_without_exemplars_has_none(void **state)
{
	struct decode_sources decode = { .root = "" };
	struct exemplars *x;

	(void)state;
	assert_int_equal(exemplars_new(&x, &bare, &decode, NULL), 0);
	assert_null(x);
}

static void before_the_first_outlier_there_is_none(void **state)
{
	struct exemplar x;

	assert_false(take_and_render(*state, &x));
}

static void the_youngest_of_all_copies_is_shown(void **state)
{
	struct fixture *f = *state;
	struct exemplar x;

	put(&f->values[0].exemplar, 9, 3 * SECOND, "old");
	put(&f->values[1].exemplar, 5, 7 * SECOND, "young");
	assert_true(take_and_render(f, &x));
	assert_int_equal(x.value, 5);
	put(&f->values[1].exemplar, 99, 2 * SECOND, "older");
	assert_true(take_and_render(f, &x));
	assert_int_equal(x.value, 5); /* the row has it already: two keys of one row */
	assert_int_equal(x.labels_length, strlen("pid=\"17\",comm=\"young\""));
	assert_memory_equal(x.labels, "pid=\"17\",comm=\"young\"", x.labels_length);
}

static void its_time_is_that_of_the_calendar(void **state)
{
	struct fixture *f = *state;
	struct timespec monotonic;
	struct exemplar x;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	put(&f->values[0].exemplar, 1, monotonic.tv_sec * SECOND, "now");
	assert_true(take_and_render(f, &x));
	assert_true(llabs((long long)(x.time_ns / SECOND) - (long long)time(NULL)) <= 5);
}

static void a_torn_record_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct exemplar_record first, second;
	uint64_t words[EXEMPLAR_WORDS];
	struct exemplar x;

	put(&first, 8, SECOND, "first");
	put(&second, 9, 2 * SECOND, "second one");
	for (unsigned int n = 1; n < EXEMPLAR_WORDS; n++) {
		memcpy(words, &first, sizeof(words));
		memcpy(words, &second, n * sizeof(*words));
		memcpy(&f->values[2].exemplar, words, sizeof(words));
		assert_false(take_and_render(f, &x));
	}
	f->values[2].exemplar = second;
	assert_true(take_and_render(f, &x));
}

static size_t characters(const struct exemplar *x)
{
	size_t n = 0;

	/* Names and values: what is neither quote, comma nor '=', and begins a character. */
	for (uint32_t i = 0; i < x->labels_length; i++)
		n += !strchr("\",=\\", x->labels[i]) &&
		     ((unsigned char)x->labels[i] & 0xc0) != 0x80;
	return n;
}

static void a_long_cgroup_is_cut_at_its_beginning(void **state)
{
	struct fixture *f = *state;
	char path[1024], name[] = "kubepods-besteffort-\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.slice";
	char text[512] = "";
	struct stat directory;
	struct exemplar x;
	size_t n = 0;

	for (int i = 0; i < 4; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "/%s", name);
	snprintf(path, sizeof(path), "/cgroup%s/file", text);
	root_puts(path, "");
	snprintf(path, sizeof(path), "%s/cgroup%s", root_path, text);
	assert_int_equal(stat(path, &directory), 0);
	put(&f->values[0].exemplar, 1, SECOND, "\xff\"234567890123");
	f->values[0].exemplar.cgroup = directory.st_ino;
	f->values[0].exemplar.pid = 4194304;
	f->values[0].exemplar.check = exemplar_check(&f->values[0].exemplar);
	assert_true(take_and_render(f, &x));
	assert_true(characters(&x) >= 64 && characters(&x) <= EXEMPLAR_CHARACTERS);
	snprintf(text, sizeof(text), "%.*s", (int)x.labels_length, x.labels);
	assert_non_null(
		strstr(text, "pid=\"4194304\",comm=\"\xef\xbf\xbd\\\"234567890123\",cgroup=\""));
	assert_non_null(
		strstr(text, "/kubepods-besteffort-\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.slice\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_map_without_exemplars_has_none),
		TEST(before_the_first_outlier_there_is_none),
		TEST(the_youngest_of_all_copies_is_shown),
		TEST(its_time_is_that_of_the_calendar),
		TEST(a_torn_record_is_not_shown),
		TEST(a_long_cgroup_is_cut_at_its_beginning),
	};

	return cmocka_run_group_tests(tests, root_make, root_remove);
}
