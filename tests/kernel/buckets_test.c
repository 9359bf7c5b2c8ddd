// SPDX-License-Identifier: GPL-2.0-only
/* Promises of observe() in the kernel: each value counts once, in the bucket whose bounds enclose it, and in the sum. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../tools/bucket_walk.h"
#include "bucket_schemes.h"

#define SCHEME(name_, unit_, schema_, min_, max_) { #name_, unit_, schema_, min_, max_ },
static const struct {
	const char *program;
	enum bucket_unit unit;
	int schema, min, max;
} schemes[] = { BUCKET_SCHEMES(SCHEME) };

static struct bpf_object *object;
static struct histogram {
	uint64_t sum;
	uint64_t bucket[WALK_BOUNDS + 1];
} * histogram; /* of the program that ran last */

static int open_object(void **state)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 64];
	struct bpf_map *map;

	(void)state;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/buckets.bpf.o", dirname(self));
	object = bpf_object__open_file(path, NULL);
	if (!object || bpf_object__load(object))
		return -1;
	map = bpf_object__find_map_by_name(object, ".data.histogram");
	histogram = mmap(NULL, sizeof(*histogram), PROT_READ | PROT_WRITE, MAP_SHARED,
			 bpf_map__fd(map), 0);
	return histogram == MAP_FAILED ? -1 : 0;
}

static int close_object(void **state)
{
	(void)state;
	munmap(histogram, sizeof(*histogram));
	bpf_object__close(object);
	return 0;
}

struct program_under_test {
	const struct walk_grid *grid;
	int min, max, fd;
};

static void expect_bucket(void *context, uint64_t v)
{
	const struct program_under_test *p = context;
	unsigned int index = walk_index(p->grid, p->min, p->max, v);
	uint64_t arguments[] = { v };
	LIBBPF_OPTS(bpf_test_run_opts, o, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));

	memset(histogram, 0, sizeof(*histogram));
	assert_int_equal(bpf_prog_test_run_opts(p->fd, &o), 0);
	assert_int_equal(histogram->sum, v);
	assert_int_equal(histogram->bucket[index], 1);
	histogram->bucket[index] = 0;
	for (unsigned int i = 0; i < WALK_BOUNDS + 1; i++)
		assert_int_equal(histogram->bucket[i], 0);
}

static void every_value_beside_every_bound_counts_in_its_bucket(void **state)
{
	static struct walk_grid grid;

	(void)state;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct program_under_test p = { &grid, schemes[i].min, schemes[i].max, -1 };

		p.fd = bpf_program__fd(
			bpf_object__find_program_by_name(object, schemes[i].program));
		walk_prepare(&grid, schemes[i].unit, schemes[i].schema);
		walk_values(&grid, expect_bucket, &p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_beside_every_bound_counts_in_its_bucket),
	};

	return cmocka_run_group_tests(tests, open_object, close_object);
}
