// SPDX-License-Identifier: GPL-2.0-only
/* What each format costs, by sample: counters and histograms with two labels, warm, once the memory is there; and what
 * packing costs on top.
 *
 * A sample is what text has a line for: a bucket at each octave, a sum, a count. Protobuf has the native buckets as
 * well. CPU time of this thread, the best of several passes; numbers of 1 to 10 digits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expose/encoder.h"
#include "expose/packing.h"
#include "metric/table.h"

#define PASSES 7
#define CEILING (512u << 20)

static const uint32_t sizes[] = { 10, 1000, 10000, 100000 };
static const struct encoder *const encoders[] = { &encoder_text, &encoder_openmetrics,
						  &encoder_protobuf };
static const struct family kinds[] = {
	{ .name = "node_bench_operations_started_by_device_total",
	  .help = "x",
	  .created_ns = 1795264116500000000 },
	{ .name = "node_bench_operation_latency_seconds",
	  .help = "x",
	  .type = METRIC_HISTOGRAM,
	  .scheme = { SECONDS, 2, -20, 4 },
	  .created_ns = 1795264116500000000 },
};
static const char *const type_names[] = { "counter", "gauge", "histogram" };

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool render(void *context, const void *key, struct buffer *out)
{
	char device[32];
	uint32_t number;

	(void)context;
	memcpy(&number, key, sizeof(number));
	label_append(out, "device", device,
		     (size_t)snprintf(device, sizeof(device), "nvme%un1", number));
	label_append(out, "operation", "write_same", 10);
	return true;
}

static struct table *make_table(const struct family *f, uint32_t rows)
{
	const unsigned int words = family_words(f);
	struct table *t = table_new(sizeof(uint32_t), words, rows, render, NULL);
	uint64_t *values;
	unsigned int w;
	uint32_t i;

	if (!t)
		return NULL;
	table_begin(t);
	for (i = 0; i < rows; i++) {
		values = table_touch(t, &i);
		for (w = 0; values && w < words; w++)
			values[w] = (uint64_t)random() >> random() % 31;
	}
	if (!table_end(t))
		return t;
	table_free(t);
	return NULL;
}

/* What is measured: one family in one format, packed or not. */
struct subject {
	const struct encoder *encoder;
	struct family family;
	void *prepared;
	struct buffer out, packed;
	struct packer packer;
	const struct packing *packing;
	uint32_t rows;
};

static void encode(struct subject *s)
{
	buffer_clear(&s->out);
	s->encoder->family(&s->family, s->prepared, &s->out);
}

static void pack(struct subject *s)
{
	buffer_clear(&s->packed);
	packer_pack(&s->packer, s->packing, &s->out, &s->packed);
}

/* ns of one run, the best of all passes. */
static double best_ns(struct subject *s, void (*run)(struct subject *s))
{
	const uint32_t rounds = s->rows < 1000 ? 1000 : 1; /* long enough for the clock */
	uint64_t best = UINT64_MAX, start, took;
	uint32_t round;
	int pass;

	for (pass = 0; pass < PASSES; pass++) {
		start = cpu_ns();
		for (round = 0; round < rounds; round++)
			run(s);
		took = cpu_ns() - start;
		if (took < best)
			best = took;
	}
	return (double)best / rounds;
}

static void measure_packing(struct subject *s, const struct packing *packing, double samples)
{
	const char *name = packing_name(packing);
	double ns;

	s->packing = packing;
	ns = best_ns(s, pack);
	printf(" %s_ns_per_sample=%-6.1f %s_bytes_per_sample=%-5.1f%s", name, ns / samples, name,
	       (double)s->packed.length / samples, s->packed.failed ? " FAILED" : "");
}

static void measure(struct subject *s)
{
	const struct family *f = &s->family;
	const double samples =
		s->rows * (f->type == METRIC_HISTOGRAM ? scheme_octaves(&f->scheme) + 3.0 : 1);
	const double encoding = best_ns(s, encode);
	size_t i;

	printf("%-11s %-9s series=%-6u ns_per_sample=%-6.1f bytes_per_sample=%-6.1f%s",
	       s->encoder->name, type_names[f->type], s->rows, encoding / samples,
	       (double)s->out.length / samples, s->out.failed ? " FAILED" : "");
	for (i = 0; i < PACKINGS_MAX && packings[i].names[0]; i++)
		measure_packing(s, &packings[i], samples);
	putchar('\n');
}

static int bench(const struct encoder *encoder, const struct family *kind, uint32_t rows)
{
	struct table *t = make_table(kind, rows);
	struct subject s = {
		.encoder = encoder,
		.family = *kind,
		.out.ceiling = CEILING,
		.packed.ceiling = CEILING,
		.rows = rows,
	};

	s.family.table = t;
	s.prepared = t ? encoder->prepare(&s.family, &(struct encoder_options){ 0 }) : NULL;
	if (s.prepared)
		measure(&s);
	buffer_release(&s.out);
	buffer_release(&s.packed);
	packer_release(&s.packer);
	encoder->release(s.prepared);
	table_free(t);
	return s.prepared ? 0 : 1;
}

int main(void)
{
	int failed = 0;
	size_t e, k, s;

	for (e = 0; e < sizeof(encoders) / sizeof(*encoders); e++)
		for (k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			for (s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
				failed |= bench(encoders[e], &kinds[k], sizes[s]);
	return failed;
}
