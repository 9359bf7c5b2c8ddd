// SPDX-License-Identifier: GPL-2.0-only
/* How collecting grows with CPUs: maps of machines with 1 to 256 of them, played to the reader
 * (playback.h), by entry.
 *
 * A table of histograms as the collectors have them, and hashes with one counter.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "collect/source.h"
#include "playback.h"

static const unsigned int cpus[] = { 1, 2, 8, 64, 256 };

static struct metric_description histogram = {
	.family = { .name = "node_bench_seconds",
		    .type = METRIC_HISTOGRAM,
		    .scheme = { SECONDS, 1, -21, 2 } },
};
static struct metric_description counter = {
	.family = { .name = "node_bench_total", .type = METRIC_COUNTER },
};
static struct label_description label = {
	.name = "key", .decoder = "uint", .argument = "", .prefix = "", .size = 4, .values = 64
};

static const struct kind {
	const char *column;
	enum map_layout layout;
	struct metric_description *metric;
	uint32_t slots;
} kinds[] = {
	{ "table of 64 histograms", MAP_TABLE_PERCPU, &histogram, 64 },
	{ "per-CPU hash of 2,000 counters", MAP_PERCPU_HASH, &counter, 2000 },
	{ "hash of 2,000 counters", MAP_HASH, &counter, 2000 },
};

struct subject {
	struct source *source;
	int err;
};

static void collect(void *context)
{
	struct subject *s = context;
	struct error e;

	s->err |= source_collect(s->source, &e);
}

static struct map_description describe(const struct kind *k)
{
	struct map_description m = { .name = "bench", .layout = k->layout };

	m.metrics = k->metric;
	m.nr_metrics = 1;
	m.labels = &label;
	m.nr_labels = 1;
	m.words = family_words(&k->metric->family);
	m.key_size = sizeof(uint32_t);
	m.value_size = m.words * (uint32_t)sizeof(uint64_t);
	m.slots = k->slots;
	return m;
}

static int measure(const struct kind *k, unsigned int nr_cpus, const char *row)
{
	const struct decode_sources decode = { .root = "" };
	const struct map_description m = describe(k);
	const struct mapread_origin from = { .fd = playback_start(&m, nr_cpus),
					     .possible_cpus = nr_cpus };
	struct subject s = { 0 };
	struct error e = { "no memory to play it from" };

	s.err = from.fd < 0 || source_new(&s.source, &m, &from, &decode, &e);
	if (!s.err) {
		bench_run(row, k->column, collect, &s, m.slots);
		s.err = s.err || table_rows(source_table(s.source)) != m.slots;
		source_free(s.source);
	} else {
		fprintf(stderr, "%s, %s: %s\n", row, k->column, e.text);
	}
	if (from.fd >= 0)
		playback_stop(from.fd);
	return s.err;
}

int main(int argc, char **argv)
{
	int err = bench_options(argc, argv);
	char row[32];

	for (size_t c = 0; c < sizeof(cpus) / sizeof(cpus[0]); c++) {
		snprintf(row, sizeof(row), "%u CPU%s", cpus[c], cpus[c] == 1 ? "" : "s");
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && !err; k++)
			if (bench_wants(row, kinds[k].column))
				err = measure(&kinds[k], cpus[c], row);
	}
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
