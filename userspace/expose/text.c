// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus's text format 0.0.4: a line a sample, after HELP and TYPE of its family.
 *
 * Grammar: https://prometheus.io/docs/instrumenting/exposition_formats/. All that does not change between
 * scrapes is rendered by prepare(); what remains is copying it beside the labels and formatting numbers.
 */
#include <stdlib.h>

#include "expose/encoder.h"
#include "metric/table.h"

#define HEADER_CEILING (64u << 10)
#define NUMBER_MAX 32 /* bytes that a number and the line's end need at most */
#define BOUND_MAX 48

/* What follows the labels in a bucket's line: `,le="0.5"} `. Where there are no labels, the comma is left out.
 * The bytes are copied whole, which costs less than copying the right number of them. */
struct bound {
	char text[BOUND_MAX];
	unsigned int length;
};

struct prepared {
	struct buffer header; /* the HELP and TYPE lines */
	const char *name;
	size_t name_length;
	unsigned int nr_bounds; /* of a histogram, with +Inf; else 0 */
	struct bound bounds[];
};

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

static void append_help(struct buffer *b, const char *help)
{
	for (; *help; help++) {
		if (*help == '\\')
			buffer_append(b, "\\\\", 2);
		else if (*help == '\n')
			buffer_append(b, "\\n", 2);
		else
			buffer_append(b, help, 1);
	}
}

static void prepare_header(struct prepared *p, const struct family *f)
{
	struct buffer *b = &p->header;

	buffer_puts(b, "# HELP ");
	buffer_puts(b, f->name);
	buffer_puts(b, " ");
	append_help(b, f->help);
	buffer_puts(b, "\n# TYPE ");
	buffer_puts(b, f->name);
	buffer_puts(b, " ");
	buffer_puts(b, type_names[f->type]);
	buffer_puts(b, "\n");
}

static void prepare_bound(struct bound *b, const char *le, unsigned int length)
{
	char *p = b->text;

	p = mempcpy(p, ",le=\"", 5);
	p = mempcpy(p, le, length);
	p = mempcpy(p, "\"} ", 3);
	b->length = (unsigned int)(p - b->text);
}

static void prepare_bounds(struct prepared *p, const struct scheme *s)
{
	char le[32];
	unsigned int i;

	for (i = 0; i + 1 < p->nr_bounds; i++)
		prepare_bound(&p->bounds[i], le, scheme_format_bound(s->min + (int)i, le));
	prepare_bound(&p->bounds[i], "+Inf", 4);
}

static void text_release(void *prepared)
{
	struct prepared *p = prepared;

	if (p)
		buffer_release(&p->header);
	free(p);
}

static void *text_prepare(const struct family *f)
{
	unsigned int bounds = f->type == METRIC_HISTOGRAM ? scheme_octaves(&f->scheme) + 1 : 0;
	struct prepared *p = calloc(1, sizeof(*p) + bounds * sizeof(struct bound));

	if (!p)
		return NULL;
	p->name = f->name;
	p->name_length = strlen(f->name);
	p->header.ceiling = HEADER_CEILING;
	p->nr_bounds = bounds;
	prepare_header(p, f);
	if (p->header.failed) {
		text_release(p);
		return NULL;
	}
	if (bounds)
		prepare_bounds(p, &f->scheme);
	return p;
}

/* ---- a scrape: every function below appends to what its caller has reserved ---- */

static void append_name(struct buffer *out, const struct prepared *p, const char *suffix)
{
	buffer_append(out, p->name, p->name_length);
	buffer_puts(out, suffix);
}

static void append_labels(struct buffer *out, const struct row *r)
{
	if (r->labels_length) {
		buffer_append(out, "{", 1);
		buffer_append(out, r->labels, r->labels_length);
		buffer_append(out, "} ", 2);
	} else {
		buffer_append(out, " ", 1);
	}
}

static void append_value(struct buffer *out, enum metric_value value, uint64_t v)
{
	if (value == VALUE_NANOSECONDS)
		buffer_seconds(out, v);
	else if (value == VALUE_SIGNED)
		buffer_s64(out, (int64_t)v);
	else
		buffer_u64(out, v);
	buffer_append(out, "\n", 1);
}

static void append_scalar(const struct family *f, const struct prepared *p, const struct row *r,
			  struct buffer *out)
{
	if (!buffer_reserve(out, p->name_length + r->labels_length + NUMBER_MAX))
		return;
	append_name(out, p, "");
	append_labels(out, r);
	append_value(out, f->value, r->words[f->word]);
}

/* The lines of all buckets; returns the last one's number, which is the histogram's count. */
static uint64_t append_buckets(const struct family *f, const struct prepared *p,
			       const struct row *r, struct buffer *out)
{
	const uint64_t *buckets = r->words + f->word;
	const unsigned int nr_buckets = scheme_buckets(&f->scheme);
	const size_t no_comma = !r->labels_length;
	const size_t start = out->length;
	unsigned int next = 0, end, i;
	size_t prefix;
	uint64_t n = 0;

	append_name(out, p, "_bucket{");
	buffer_append(out, r->labels, r->labels_length);
	prefix = out->length - start;
	for (i = 0; i < p->nr_bounds; i++) {
		if (i)
			buffer_append(out, out->data + start, prefix);
		memcpy(out->data + out->length, p->bounds[i].text + no_comma, BOUND_MAX - 1);
		out->length += p->bounds[i].length - no_comma;
		end = i + 1 < p->nr_bounds ? (i << f->scheme.schema) + 1 : nr_buckets;
		while (next < end)
			n += buckets[next++];
		append_value(out, VALUE_UNSIGNED, n);
	}
	return n;
}

static void append_histogram(const struct family *f, const struct prepared *p, const struct row *r,
			     struct buffer *out)
{
	const size_t line = p->name_length + r->labels_length + BOUND_MAX + NUMBER_MAX;
	const uint64_t sum = r->words[f->word + scheme_buckets(&f->scheme)];
	uint64_t count;

	if (!buffer_reserve(out, (p->nr_bounds + 2) * line))
		return;
	count = append_buckets(f, p, r, out);
	append_name(out, p, "_sum");
	append_labels(out, r);
	append_value(out, f->scheme.unit == SECONDS ? VALUE_NANOSECONDS : VALUE_UNSIGNED, sum);
	append_name(out, p, "_count");
	append_labels(out, r);
	append_value(out, VALUE_UNSIGNED, count);
}

static void text_family(const struct family *f, const void *prepared, struct buffer *out)
{
	const struct prepared *p = prepared;
	const size_t rows = table_rows(f->table);
	struct row r;
	size_t i;

	if (rows)
		buffer_append(out, p->header.data, p->header.length);
	for (i = 0; i < rows && !out->failed; i++) {
		r = table_row(f->table, i);
		if (f->type == METRIC_HISTOGRAM)
			append_histogram(f, p, &r, out);
		else
			append_scalar(f, p, &r, out);
	}
}

const struct encoder encoder_text = {
	.name = "text",
	.content_type = "text/plain; version=0.0.4; charset=utf-8",
	.prepare = text_prepare,
	.release = text_release,
	.family = text_family,
};
