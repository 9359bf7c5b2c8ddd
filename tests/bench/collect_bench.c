// SPDX-License-Identifier: GPL-2.0-only
/* What collecting a hash map costs, by entry: the walk alone, with a table that knows the keys, with a new one.
 *
 * CPU time of this thread, the best of several passes, on real maps with keys of 16 bytes and one counter.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/mapread.h"
#include "metric/table.h"

#define PASSES 9
#define KEY_SIZE 16

static const uint32_t sizes[] = { 100, 10000, 100000 };
static const struct {
	const char *name;
	enum bpf_map_type type;
	enum map_layout layout;
} kinds[] = {
	{ "hash", BPF_MAP_TYPE_HASH, MAP_HASH },
	{ "per-CPU hash", BPF_MAP_TYPE_PERCPU_HASH, MAP_PERCPU_HASH },
};

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool render(void *context, const void *key, struct buffer *out)
{
	char text[32];
	uint64_t number;

	(void)context;
	memcpy(&number, key, sizeof(number));
	label_append(out, "key", text,
		     (size_t)snprintf(text, sizeof(text), "%llu", (unsigned long long)number));
	return true;
}

static void pass_by(void *context, const struct mapread_entry *entry)
{
	*(uint64_t *)context += *(const uint64_t *)entry->value;
}

static void take(void *context, const struct mapread_entry *entry)
{
	uint64_t *words = table_touch(context, entry->key);

	for (unsigned int c = 0; words && c < entry->copies; c++)
		words[0] += *(const uint64_t *)((const char *)entry->value + c * entry->stride);
}

static int fill(int fd, uint32_t entries, unsigned int cpus)
{
	uint64_t *value = calloc(cpus, sizeof(*value)), key[KEY_SIZE / 8] = { 0 };
	int err = value ? 0 : -1;

	for (uint32_t i = 0; i < entries && !err; i++) {
		key[0] = i * 7919ull;
		value[0] = i;
		err = bpf_map_update_elem(fd, key, value, BPF_ANY);
	}
	free(value);
	return err;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int measure(struct mapread *r, uint32_t entries, const char *name)
{
	uint64_t walk = UINT64_MAX, warm = UINT64_MAX, cold = UINT64_MAX, start, sum = 0;
	int err = 0;

	for (int pass = 0; pass < PASSES && !err; pass++) {
		struct table *t = table_new(KEY_SIZE, 1, entries, render, NULL);

		start = cpu_ns();
		err |= mapread_walk(r, pass_by, &sum, NULL);
		walk = least(walk, cpu_ns() - start);
		for (int again = 0; again < 2 && t; again++) {
			start = cpu_ns();
			table_begin(t);
			err |= mapread_walk(r, take, t, NULL) | table_end(t);
			*(again ? &warm : &cold) = least(again ? warm : cold, cpu_ns() - start);
		}
		err |= !t || table_rows(t) != entries;
		table_free(t);
	}
	printf("%-14s %8u %10.0f %10.0f %10.0f %12.2f\n", name, entries, (double)walk / entries,
	       (double)warm / entries, (double)cold / entries, (double)warm / 1e6);
	return err;
}

static int bench(size_t kind, uint32_t entries, unsigned int cpus)
{
	struct map_description m = { .name = "bench", .layout = kinds[kind].layout };
	struct error e = { "filling it" };
	struct mapread_origin from = { .possible_cpus = cpus };
	struct mapread *r;
	int err;

	m.key_size = KEY_SIZE;
	m.value_size = sizeof(uint64_t);
	m.slots = entries;
	from.fd =
		bpf_map_create(kinds[kind].type, "bench", m.key_size, m.value_size, entries, NULL);
	err = from.fd < 0 || fill(from.fd, entries, cpus) || mapread_new(&r, &m, &from, &e);
	if (err) {
		fprintf(stderr, "map of %u entries: %s\n", entries, e.text);
	} else {
		err = measure(r, entries, kinds[kind].name);
		mapread_free(r);
	}
	close(from.fd);
	return err;
}

int main(void)
{
	int cpus = libbpf_num_possible_cpus(), err = cpus <= 0;

	printf("%-14s %8s %10s %10s %10s %12s\n", "", "entries", "walk ns", "warm ns", "cold ns",
	       "warm ms");
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]) && !err; s++)
			err = bench(k, sizes[s], (unsigned int)cpus);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
