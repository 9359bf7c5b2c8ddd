// SPDX-License-Identifier: GPL-2.0-only
/* What each format costs, by sample: counters and histograms with two labels, warm, once the memory
 * is there; and what compression costs on top.
 *
 * A sample is what text has a line for: a bucket at each octave, a sum, a count. Protobuf has the
 * native buckets as well. Numbers have 1 to 10 digits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "expose/compression.h"
#include "expose/encoder.h"
#include "metric/table.h"

#define CEILING (512u << 20)

static const uint32_t sizes[] = { 10, 1000, 10000 };
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
	const char *row;
	const struct encoder *encoder;
	struct family family;
	void *prepared;
	struct buffer out, packed;
	struct compressor packer;
	const struct compression *compression;
	double samples;
};

static void encode(void *context)
{
	struct subject *s = context;

	buffer_clear(&s->out);
	s->encoder->family(&s->family, s->prepared, &s->out);
}

static void pack(void *context)
{
	struct subject *s = context;

	buffer_clear(&s->packed);
	compressor_run(&s->packer, s->compression, &s->out, &s->packed);
}

static int measure_packing(struct subject *s, const struct compression *compression)
{
	const char *name = compression_name(compression);

	if (!bench_wants(s->row, name))
		return 0;
	s->compression = compression;
	encode(s);
	bench_run(s->row, name, pack, s, s->samples);
	bench_number(s->row, name, "bytes", (double)s->packed.length / s->samples);
	return s->packed.failed ? -1 : 0;
}

static int measure(struct subject *s)
{
	int err = 0;
	size_t i;

	if (bench_wants(s->row, "plain")) {
		bench_run(s->row, "plain", encode, s, s->samples);
		bench_number(s->row, "plain", "bytes", (double)s->out.length / s->samples);
		err = s->out.failed ? -1 : 0;
	}
	for (i = 0; !err && i < COMPRESSIONS_MAX && compressions[i].names[0]; i++)
		err = measure_packing(s, &compressions[i]);
	return err;
}

static int run(const struct encoder *encoder, const struct family *kind, uint32_t rows)
{
	struct table *t = make_table(kind, rows);
	struct subject s = { .encoder = encoder,
			     .family = *kind,
			     .out.ceiling = CEILING,
			     .packed.ceiling = CEILING };
	char row[96];
	int err = -1;

	snprintf(row, sizeof(row), "%s, %u %ss", encoder->name, rows, type_names[kind->type]);
	s.row = row;
	s.samples =
		rows * (kind->type == METRIC_HISTOGRAM ? scheme_octaves(&kind->scheme) + 3.0 : 1);
	s.family.table = t;
	s.prepared = t ? encoder->prepare(&s.family, &(struct encoder_options){ 0 }) : NULL;
	if (s.prepared)
		err = measure(&s);
	buffer_release(&s.out);
	buffer_release(&s.packed);
	compressor_release(&s.packer);
	encoder->release(s.prepared);
	table_free(t);
	return err;
}

/* Of what --once names, only the size that is in the name: preparing the largest takes long under a
 * tool. */
static bool wanted_size(uint32_t rows)
{
	char part[32];

	snprintf(part, sizeof(part), ", %u ", rows);
	return bench.row ? strstr(bench.row, part) != NULL : !bench.quick || rows <= 1000;
}

int main(int argc, char **argv)
{
	int err = bench_options(argc, argv);
	size_t e, k, s;

	for (e = 0; !err && e < sizeof(encoders) / sizeof(*encoders); e++)
		for (k = 0; !err && k < sizeof(kinds) / sizeof(*kinds); k++)
			for (s = 0; !err && s < sizeof(sizes) / sizeof(*sizes); s++)
				if (wanted_size(sizes[s]))
					err = run(encoders[e], &kinds[k], sizes[s]);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
