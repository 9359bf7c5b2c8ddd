// SPDX-License-Identifier: GPL-2.0-only
/* Promises of read/mapread.h on real maps of every kind, at rest and while their keys come and go.
 *
 * The reader is compiled in here, so that the kernel can be made to seem without batch operations.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int batch_answer; /* what the kernel is made to say; 0: what it says */
static unsigned int batch_full; /* how often it said that a bucket did not fit */

static int lookup_batch(int fd, void *in, void *out, void *keys, void *values, uint32_t *count,
			const struct bpf_map_batch_opts *o)
{
	int err = batch_answer;

	if (!err)
		err = bpf_map_lookup_batch(fd, in, out, keys, values, count, o);
	batch_full += err == -ENOSPC;
	return err;
}

#include "load/features.h"
#include "read/hashwalk.h"

static int hashwalk_answer; /* the same for the program that walks */
static unsigned int hashwalk_runs;

static int run_hashwalk(struct hashwalk *w, hashwalk_fn fn, void *context)
{
	int err = hashwalk_run(w, fn, context);

	hashwalk_runs++;
	return err ? err : hashwalk_answer;
}

#define bpf_map_lookup_batch lookup_batch
#define hashwalk_run run_hashwalk
#include "../../userspace/read/mapread.c"

#define ENTRIES 1000
#define STABLE 500 /* of them, while others come and go */
#define CHURNED 0x10000u /* their keys begin here */
#define VALUE_MAX 296

static unsigned int cpus;

/* What the value of a key holds on a CPU, in each byte's place. */
static uint8_t value_byte(uint32_t key, unsigned int cpu, size_t byte)
{
	return (uint8_t)(key * 7 + cpu * 31 + byte);
}

/* What a walk has seen. */
struct seen {
	const struct map_description *map;
	unsigned int copies; /* expected */
	unsigned int visits[ENTRIES];
	unsigned int strangers;
};

static void see(void *context, const struct mapread_entry *entry)
{
	struct seen *s = context;
	uint32_t key;

	memcpy(&key, entry->key, sizeof(key));
	if (key >= ENTRIES) {
		s->strangers++;
		return;
	}
	s->visits[key]++;
	assert_int_equal(entry->copies, s->copies);
	for (unsigned int c = 0; c < entry->copies; c++)
		for (size_t i = 0; i < s->map->value_size; i++)
			assert_int_equal(((const uint8_t *)entry->value)[c * entry->stride + i],
					 value_byte(key, c, i));
}

static void fill_value(uint8_t *value, const struct map_description *m, uint32_t key,
		       unsigned int from_cpu, unsigned int copies)
{
	for (unsigned int c = 0; c < copies; c++)
		for (size_t i = 0; i < m->value_size; i++)
			value[c * ((m->value_size + 7) & ~7u) + i] =
				value_byte(key, from_cpu + c, i);
}

static int store(int fd, const struct map_description *m, uint32_t key)
{
	const bool one_call = m->layout == MAP_PERCPU_ARRAY || m->layout == MAP_PERCPU_HASH;
	const unsigned int times = m->layout == MAP_TABLE_PERCPU ? cpus : 1;
	uint8_t *value = calloc(cpus, VALUE_MAX + 8), raw[32] = { 0 };
	int err = 0;

	for (unsigned int c = 0; c < times; c++) {
		uint32_t at = c * m->slots + key;

		memcpy(raw, &at, sizeof(at));
		fill_value(value, m, key, c, one_call ? cpus : 1);
		err |= bpf_map_update_elem(fd, raw, value, BPF_ANY);
	}
	free(value);
	return err;
}

static int make(const struct map_description *m)
{
	struct bpf_map_create_opts o = { .sz = sizeof(o) };
	uint32_t entries = m->slots;
	int fd;

	if (m->layout == MAP_TABLE_PERCPU || m->layout == MAP_TABLE_SHARED)
		o.map_flags = BPF_F_MMAPABLE;
	if (m->layout == MAP_TABLE_PERCPU)
		entries *= cpus;
	fd = bpf_map_create(map_kinds[m->layout].type, "mapread_test", m->key_size, m->value_size,
			    entries, &o);
	assert_true(fd >= 0);
	return fd;
}

static const enum map_layout layouts[] = { MAP_TABLE_PERCPU, MAP_TABLE_SHARED, MAP_ARRAY,
					   MAP_PERCPU_ARRAY, MAP_HASH,	       MAP_PERCPU_HASH };
#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static struct map_description describe(enum map_layout layout, uint32_t value_size)
{
	const bool hash = layout == MAP_HASH || layout == MAP_PERCPU_HASH;

	return (struct map_description){
		.name = "test",
		.layout = layout,
		.key_size = hash ? 20 : 4,
		.value_size = value_size,
		.slots = ENTRIES,
	};
}

static int begin(struct mapread **r, const struct map_description *m, int fd, const void *bss,
		 struct error *e)
{
	const struct mapread_origin from = { .fd = fd, .bss = bss, .possible_cpus = cpus };

	return mapread_new(r, m, &from, e);
}

/* Walk a map that is at rest, twice: all there is once, with the values of all CPUs. */
static void read_all(enum map_layout layout, uint32_t value_size)
{
	struct map_description m = describe(layout, value_size);
	int fd = make(&m);
	struct mapread *r;
	struct error e;

	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(store(fd, &m, key), 0);
	assert_int_equal(begin(&r, &m, fd, NULL, &e), 0);
	for (int walk = 0; walk < 2; walk++) {
		struct seen seen = { .map = &m, .copies = map_kinds[layout].per_cpu ? cpus : 1 };

		assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
		for (uint32_t key = 0; key < ENTRIES; key++)
			assert_int_equal(seen.visits[key], 1);
		assert_int_equal(seen.strangers, 0);
		assert_int_equal(mapread_entries(r), ENTRIES);
	}
	mapread_free(r);
	close(fd);
}

static void every_kind_and_size_is_read_whole(void **state)
{
	static const uint32_t sizes[] = { 4, 8, 12, 20, VALUE_MAX };

	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			read_all(layouts[l], sizes[s]);
}

static void arrays_without_batches_are_read_by_slots(void **state)
{
	static const int answers[] = { -EINVAL, -ENOTSUPP };

	(void)state;
	for (size_t a = 0; a < 2; a++) {
		batch_answer = answers[a];
		read_all(MAP_ARRAY, 12);
		read_all(MAP_PERCPU_ARRAY, 12);
	}
	batch_answer = 0;
}

/* Also where it fails at the end of a walk: what it visited comes once more. */
static void a_large_hash_is_read_by_a_program_and_by_batches_where_that_fails(void **state)
{
	struct map_description m = describe(MAP_HASH, 12);
	struct mapread_origin from = { .possible_cpus = cpus };
	struct features *features;
	struct mapread *r;
	struct error e;

	(void)state;
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_loop, NULL) != 1)
		skip(); /* this kernel has no bpf_loop() */
	m.slots = HASHWALK_MIN;
	from.fd = make(&m);
	assert_int_equal(features_new(&features, NULL, &e), 0);
	from.kernel = features_types(features);
	assert_int_equal(mapread_new(&r, &m, &from, &e), 0);
	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(store(from.fd, &m, key), 0);
	for (unsigned int walk = 1; walk <= 4; walk++) {
		struct seen seen = { .map = &m, .copies = 1 };

		hashwalk_answer = walk == 3 ? -EPERM : 0;
		assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
		for (uint32_t key = 0; key < ENTRIES; key++)
			assert_int_equal(seen.visits[key], walk == 3 ? 2 : 1);
		assert_int_equal(mapread_entries(r), ENTRIES);
		assert_int_equal(hashwalk_runs, walk < 3 ? walk : 3);
	}
	mapread_free(r);
	features_free(features);
	close(from.fd);
}

static void other_failures_are_told_and_not_mended(void **state)
{
	struct map_description m = describe(MAP_HASH, 8);
	struct seen seen = { .map = &m, .copies = 1 };
	int fd = make(&m);
	struct mapread *r;
	struct error e;

	(void)state;
	assert_int_equal(begin(&r, &m, fd, NULL, &e), 0);
	batch_answer = -EPERM;
	assert_int_equal(mapread_walk(r, see, &seen, &e), -EPERM);
	assert_string_equal(e.text, "map 'test': reading its entries: -EPERM");
	batch_answer = 0;
	assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
	assert_int_equal(mapread_entries(r), 0);
	mapread_free(r);
	close(fd);
}

static void a_bucket_larger_than_the_batch_makes_it_grow(void **state)
{
	struct map_description m = describe(MAP_PERCPU_HASH, 20);
	struct seen seen = { .map = &m, .copies = cpus };
	int fd = make(&m);
	struct mapread *r;
	struct error e;

	(void)state;
	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(store(fd, &m, key), 0);
	assert_int_equal(begin(&r, &m, fd, NULL, &e), 0);
	assert_int_equal(batch_resize(r, 1), 0);
	batch_full = 0;
	assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
	assert_true(batch_full > 0);
	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(seen.visits[key], 1);
	mapread_free(r);
	close(fd);
}

static void values_in_the_objects_memory_are_an_array(void **state)
{
	struct map_description m = describe(MAP_GLOBAL, 12);
	struct seen seen = { .map = &m, .copies = 1 };
	uint8_t bss[16 + ENTRIES * 12];
	struct mapread *r;
	struct error e;

	(void)state;
	m.offset = 16;
	for (uint32_t key = 0; key < ENTRIES; key++)
		fill_value(bss + 16 + key * 12, &m, key, 0, 1);
	assert_int_equal(begin(&r, &m, -1, bss, &e), 0);
	assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(seen.visits[key], 1);
	mapread_free(r);
}

static void a_map_that_is_not_as_described_is_refused(void **state)
{
	struct map_description m = describe(MAP_HASH, 8), other;
	int fd = make(&m);
	struct mapread *r = NULL;
	struct error e;

	(void)state;
	other = m;
	other.value_size = 4;
	assert_int_equal(begin(&r, &other, fd, NULL, &e), -EINVAL);
	assert_non_null(strstr(e.text, "map 'test': "));
	other = m;
	other.layout = MAP_PERCPU_HASH;
	assert_int_equal(begin(&r, &other, fd, NULL, &e), -EINVAL);
	other = m;
	other.slots++;
	assert_int_equal(begin(&r, &other, fd, NULL, &e), -EINVAL);
	assert_true(begin(&r, &m, -1, NULL, &e) < 0);
	assert_null(r);
	close(fd);
}

/* ---- while keys come and go ---- */

struct churn {
	pthread_t thread;
	const struct map_description *map;
	int fd;
	atomic_bool stop;
	atomic_uint rounds;
};

static void *churn_run(void *context)
{
	struct churn *c = context;

	for (uint32_t k = 0; !atomic_load(&c->stop); k++, atomic_fetch_add(&c->rounds, 1)) {
		uint8_t raw[32] = { 0 };
		uint32_t old = CHURNED + k % 4096 - 100;

		store(c->fd, c->map, CHURNED + k % 4096);
		memcpy(raw, &old, sizeof(old));
		bpf_map_delete_elem(c->fd, raw);
	}
	return NULL;
}

static void walk_under_churn(enum map_layout layout)
{
	struct map_description m = describe(layout, 8);
	struct churn churn = { .map = &m };
	unsigned int strangers = 0;
	struct mapread *r;
	struct error e;

	churn.fd = make(&m);
	for (uint32_t key = 0; key < STABLE; key++)
		assert_int_equal(store(churn.fd, &m, key), 0);
	assert_int_equal(begin(&r, &m, churn.fd, NULL, &e), 0);
	assert_int_equal(pthread_create(&churn.thread, NULL, churn_run, &churn), 0);
	for (int walk = 0; walk < 200 || !strangers || atomic_load(&churn.rounds) < 5000; walk++) {
		struct seen seen = { .map = &m, .copies = map_kinds[layout].per_cpu ? cpus : 1 };

		assert_int_equal(mapread_walk(r, see, &seen, &e), 0);
		for (uint32_t key = 0; key < STABLE; key++)
			assert_int_equal(seen.visits[key], 1);
		strangers += seen.strangers;
	}
	atomic_store(&churn.stop, true);
	pthread_join(churn.thread, NULL);
	mapread_free(r);
	close(churn.fd);
}

static void keys_that_stay_are_read_once_while_others_come_and_go(void **state)
{
	(void)state;
	walk_under_churn(MAP_HASH);
	walk_under_churn(MAP_PERCPU_HASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_and_size_is_read_whole),
		cmocka_unit_test(arrays_without_batches_are_read_by_slots),
		cmocka_unit_test(a_large_hash_is_read_by_a_program_and_by_batches_where_that_fails),
		cmocka_unit_test(other_failures_are_told_and_not_mended),
		cmocka_unit_test(a_bucket_larger_than_the_batch_makes_it_grow),
		cmocka_unit_test(values_in_the_objects_memory_are_an_array),
		cmocka_unit_test(a_map_that_is_not_as_described_is_refused),
		cmocka_unit_test(keys_that_stay_are_read_once_while_others_come_and_go),
	};

	cpus = (unsigned int)libbpf_num_possible_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
