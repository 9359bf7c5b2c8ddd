// SPDX-License-Identifier: GPL-2.0-only
/* Promises of read/hashwalk.h on real hashes: at rest, while keys come and go, while entries are replaced. */
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

#include "load/features.h"
#include "read/hashwalk.h"

#define KEY_MAX 64
#define VALUE_MAX 296
#define STABLE 700 /* entries that stay */
#define FLEETING 300 /* at most, that come and go beside them; together they fill their map */
#define WALKS 500
#define ROUNDS 20000 /* of changes, at least, while those walks go on */

static struct features *features;

/* A map whose entries tell by themselves whether they are whole. */
struct map {
	int fd;
	uint32_t key_size, value_size;
};

static struct map make(uint32_t key_size, uint32_t value_size, uint32_t entries)
{
	const struct map m = { bpf_map_create(BPF_MAP_TYPE_HASH, "hashwalk_test", key_size,
					      value_size, entries, NULL),
			       key_size, value_size };

	assert_true(m.fd >= 0);
	return m;
}

static void make_key(const struct map *m, uint32_t number, uint8_t *key)
{
	memcpy(key, &number, sizeof(number));
	for (uint32_t i = sizeof(number); i < m->key_size; i++)
		key[i] = (uint8_t)(number * 13 + i);
}

static void make_value(const struct map *m, uint32_t number, uint8_t *value)
{
	for (uint32_t i = 0; i < m->value_size; i++)
		value[i] = (uint8_t)(number * 7 + i);
}

static int put(const struct map *m, uint32_t number)
{
	uint8_t key[KEY_MAX], value[VALUE_MAX];

	make_key(m, number, key);
	make_value(m, number, value);
	return bpf_map_update_elem(m->fd, key, value, BPF_ANY);
}

static void take_out(const struct map *m, uint32_t number)
{
	uint8_t key[KEY_MAX];

	make_key(m, number, key);
	bpf_map_delete_elem(m->fd, key);
}

static struct hashwalk *begin(const struct map *m)
{
	struct hashwalk *w = NULL;

	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_loop, NULL) != 1) {
		print_message("# this kernel has no bpf_loop()\n");
		skip();
	}
	assert_int_equal(hashwalk_new(&w, m->fd, features_types(features)), 0);
	return w;
}

/* What a walk has seen of the numbers below `nr`. */
struct seen {
	const struct map *map;
	uint32_t nr, others;
	uint8_t *visits;
};

static void see(void *context, const void *key, const void *value)
{
	struct seen *s = context;
	uint8_t whole_key[KEY_MAX], whole_value[VALUE_MAX];
	uint32_t number;

	memcpy(&number, key, sizeof(number));
	make_key(s->map, number, whole_key);
	make_value(s->map, number, whole_value);
	assert_memory_equal(key, whole_key, s->map->key_size);
	assert_memory_equal(value, whole_value, s->map->value_size);
	assert_int_equal((uintptr_t)value % 8, 0);
	if (number < s->nr)
		s->visits[number]++;
	else
		s->others++;
}

/* One walk that must see each number below `nr`: once, or also again. Returns how many others it saw. */
static uint32_t walk(struct hashwalk *w, const struct map *m, uint32_t nr, bool once)
{
	struct seen s = { .map = m, .nr = nr, .visits = calloc(nr + 1, 1) };

	assert_int_equal(hashwalk_run(w, see, &s), 0);
	for (uint32_t i = 0; i < nr; i++)
		assert_true(once ? s.visits[i] == 1 : s.visits[i] > 0);
	free(s.visits);
	return s.others;
}

static void read_all(uint32_t key_size, uint32_t value_size, uint32_t nr, uint32_t room)
{
	const struct map m = make(key_size, value_size, room);
	struct hashwalk *w = begin(&m);

	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(put(&m, i), 0);
	for (int again = 0; again < 2; again++)
		assert_int_equal(walk(w, &m, nr, true), 0);
	hashwalk_free(w);
	close(m.fd);
}

static void entries_of_every_size_are_read_whole(void **state)
{
	static const uint32_t keys[] = { 4, 8, 12, 20, KEY_MAX },
			      values[] = { 4, 8, 12, VALUE_MAX };

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
			read_all(keys[k], values[v], 1000, 1000);
}

static void empty_and_full_and_far_larger_than_one_run_is_read(void **state)
{
	(void)state;
	read_all(16, 8, 0, 1);
	read_all(16, 8, 1, 1);
	read_all(16, 8, 3, 200000);
	read_all(16, 8, 100000, 100000);
}

static void what_has_no_room_in_a_run_is_refused(void **state)
{
	const struct map m = make(4, 65536, 1);
	struct hashwalk *w = NULL;

	(void)state;
	assert_int_equal(hashwalk_new(&w, m.fd, features_types(features)), -E2BIG);
	assert_null(w);
	assert_true(hashwalk_new(&w, -1, features_types(features)) < 0);
	close(m.fd);
}

/* ---- while another thread changes the map ---- */

struct change {
	pthread_t thread;
	struct map map;
	void (*round)(const struct map *m, uint32_t i);
	atomic_bool stop;
	atomic_uint rounds;
};

static void *change_run(void *context)
{
	struct change *c = context;

	for (uint32_t i = 0; !atomic_load(&c->stop); i++, atomic_fetch_add(&c->rounds, 1))
		c->round(&c->map, i);
	return NULL;
}

static void walk_while(void (*round)(const struct map *m, uint32_t i), bool once)
{
	struct change c = { .map = make(20, VALUE_MAX, STABLE + FLEETING), .round = round };
	struct hashwalk *w = begin(&c.map);

	for (uint32_t i = 0; i < STABLE; i++)
		assert_int_equal(put(&c.map, i), 0);
	assert_int_equal(pthread_create(&c.thread, NULL, change_run, &c), 0);
	for (int i = 0; i < WALKS || atomic_load(&c.rounds) < ROUNDS; i++)
		walk(w, &c.map, STABLE, once);
	atomic_store(&c.stop, true);
	pthread_join(c.thread, NULL);
	hashwalk_free(w);
	close(c.map.fd);
}

/* New numbers all the time, so that an entry's place is taken by another key at once. */
static void come_and_go(const struct map *m, uint32_t i)
{
	put(m, STABLE + i);
	if (i >= FLEETING)
		take_out(m, STABLE + i - FLEETING);
}

static void replace(const struct map *m, uint32_t i)
{
	put(m, i % STABLE);
}

static void keys_that_stay_are_read_once_while_others_come_and_go(void **state)
{
	(void)state;
	walk_while(come_and_go, true);
}

static void entries_that_are_replaced_are_not_missed(void **state)
{
	(void)state;
	walk_while(replace, false);
}

static int setup(void **state)
{
	(void)state;
	return features_new(&features, NULL, NULL);
}

static int teardown(void **state)
{
	(void)state;
	features_free(features);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_every_size_are_read_whole),
		cmocka_unit_test(empty_and_full_and_far_larger_than_one_run_is_read),
		cmocka_unit_test(what_has_no_room_in_a_run_is_refused),
		cmocka_unit_test(keys_that_stay_are_read_once_while_others_come_and_go),
		cmocka_unit_test(entries_that_are_replaced_are_not_missed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
