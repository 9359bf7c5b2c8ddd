// SPDX-License-Identifier: GPL-2.0-only
/* What collecting a hash map costs, by entry: the walk alone, with a table that knows the keys,
 * with a new one.
 *
 * On real maps with keys of 16 bytes and one counter.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "load/features.h"
#include "metric/table.h"
#include "read/mapread.h"

#define KEY_SIZE 16

static const uint32_t sizes[] = { 100, 10000, 100000 };
static const struct {
	const char *name;
	enum bpf_map_type type;
	enum map_layout layout;
	const char *way; /* how, where that is not as the exporter reads it */
} kinds[] = {
	{ "hash", BPF_MAP_TYPE_HASH, MAP_HASH, "" },
	{ "hash", BPF_MAP_TYPE_HASH, MAP_HASH, ", by batches" },
	{ "per-CPU hash", BPF_MAP_TYPE_PERCPU_HASH, MAP_PERCPU_HASH, "" },
};

static struct features *features;

/* What is measured. */
struct subject {
	struct mapread *reader;
	struct table *table; /* that has seen the keys */
	uint32_t entries;
	uint64_t sum;
	int err;
};

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

static void walk(void *context)
{
	struct subject *s = context;

	s->err |= mapread_walk(s->reader, pass_by, &s->sum, NULL);
}

static void collect(void *context)
{
	struct subject *s = context;

	table_begin(s->table);
	s->err |= mapread_walk(s->reader, take, s->table, NULL) | table_end(s->table);
	s->err |= table_rows(s->table) != s->entries;
}

static void collect_anew(void *context)
{
	struct subject *s = context, new = *s;

	new.table = table_new(KEY_SIZE, 1, s->entries, render, NULL);
	if (new.table)
		collect(&new);
	s->err |= !new.table || new.err;
	table_free(new.table);
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

static int measure(struct mapread *r, uint32_t entries, size_t kind)
{
	const struct {
		const char *name;
		void (*run)(void *);
	} ways[] = { { "walk", walk }, { "warm", collect }, { "cold", collect_anew } };
	struct subject s = { .reader = r, .entries = entries };
	char row[64];

	snprintf(row, sizeof(row), "%s of %u%s", kinds[kind].name, entries, kinds[kind].way);
	s.table = table_new(KEY_SIZE, 1, entries, render, NULL);
	s.err = !s.table;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !s.err; i++)
		bench_run(row, ways[i].name, ways[i].run, &s, entries);
	table_free(s.table);
	return s.err;
}

static int run(size_t kind, uint32_t entries, unsigned int cpus)
{
	struct map_description m = { .name = "bench", .layout = kinds[kind].layout };
	struct error e = { "filling it" };
	struct mapread_origin from = { .possible_cpus = cpus,
				       .kernel =
					       *kinds[kind].way ? NULL : features_types(features) };
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
		err = measure(r, entries, kind);
		mapread_free(r);
	}
	close(from.fd);
	return err;
}

int main(int argc, char **argv)
{
	int cpus = libbpf_num_possible_cpus(), err = bench_options(argc, argv) || cpus <= 0;
	struct error e = { "" };

	if (!err && features_new(&features, NULL, &e))
		return fprintf(stderr, "%s\n", e.text), EXIT_FAILURE;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]) && !err; s++)
			if (!bench.quick || sizes[s] <= 10000)
				err = run(k, sizes[s], (unsigned int)cpus);
	features_free(features);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
