// SPDX-License-Identifier: GPL-2.0-only
/* What the text format costs, by line: counters and histograms with two labels, warm, once the memory is there.
 *
 * CPU time of this thread, the best of several passes; lines of about 100 bytes with numbers of 1 to 10 digits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expose/encoder.h"
#include "metric/table.h"

#define PASSES 15
#define CEILING (512u << 20)

static const uint32_t sizes[] = { 10, 1000, 100000 };
static const struct family kinds[] = {
	{ .name = "node_bench_operations_started_by_device_total", .help = "x" },
	{ .name = "node_bench_operation_latency_seconds",
	  .help = "x",
	  .type = METRIC_HISTOGRAM,
	  .scheme = { SECONDS, 2, -20, 4 } },
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

static void measure(const struct family *f, const void *prepared, struct buffer *out, uint32_t rows)
{
	const uint64_t lines =
		rows * (f->type == METRIC_HISTOGRAM ? scheme_octaves(&f->scheme) + 3ULL : 1);
	const uint32_t rounds = rows < 1000 ? 1000 : 1; /* long enough for the clock */
	uint64_t best = UINT64_MAX, start, took;
	uint32_t round;
	int pass;

	for (pass = 0; pass < PASSES; pass++) {
		start = cpu_ns();
		for (round = 0; round < rounds; round++) {
			buffer_clear(out);
			encoder_text.family(f, prepared, out);
		}
		took = cpu_ns() - start;
		if (took < best)
			best = took;
	}
	printf("%-9s series=%-6u ns_per_line=%-6.1f bytes_per_line=%zu%s\n", type_names[f->type],
	       rows, (double)best / (double)(lines * rounds), out->length / lines,
	       out->failed ? " FAILED" : "");
}

static int bench(const struct family *kind, uint32_t rows)
{
	struct table *t = make_table(kind, rows);
	struct family f = *kind;
	struct buffer out = BUFFER_INIT(CEILING);
	void *prepared;

	f.table = t;
	prepared = t ? encoder_text.prepare(&f) : NULL;
	if (prepared)
		measure(&f, prepared, &out, rows);
	buffer_release(&out);
	encoder_text.release(prepared);
	table_free(t);
	return prepared ? 0 : 1;
}

int main(void)
{
	int failed = 0;
	size_t k, s;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			failed |= bench(&kinds[k], sizes[s]);
	return failed;
}
