// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus's text format 0.0.4: a line a sample, after HELP and TYPE of its family.
 *
 * Grammar: https://prometheus.io/docs/instrumenting/exposition_formats/. All that does not change between
 * scrapes is rendered by prepare(); what remains is copying it beside the labels and formatting numbers.
 */
#include <stdlib.h>

#include "base/digits.h"
#include "expose/encoder.h"
#include "metric/table.h"

#define HEADER_CEILING (64u << 10)
#define LINE_EXTRA \
	48 /* bytes at most of a line beside its name, labels and bound: suffix, braces, number, newline */
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

/* ---- a scrape: what writes to `at` has its room reserved, and returns the end ---- */

static char *write_bytes(char *at, const char *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static char *write_labels(char *at, const struct row *r)
{
	if (r->labels_length) {
		*at++ = '{';
		at = write_bytes(at, r->labels, r->labels_length);
		*at++ = '}';
	}
	*at++ = ' ';
	return at;
}

static char *write_count(char *at, uint64_t v)
{
	at = digits_write(at, v);
	*at++ = '\n';
	return at;
}

/* One line: name, suffix, labels, value. */
static void append_line(struct buffer *out, const struct prepared *p, const char *suffix,
			const struct row *r, enum metric_value value, uint64_t v)
{
	char *at;

	if (!buffer_reserve(out, p->name_length + r->labels_length + LINE_EXTRA))
		return;
	at = write_bytes(out->data + out->length, p->name, p->name_length);
	at = write_bytes(at, suffix, strlen(suffix));
	at = write_labels(at, r);
	if (value == VALUE_UNSIGNED) {
		out->length = (size_t)(write_count(at, v) - out->data);
		return;
	}
	out->length = (size_t)(at - out->data);
	if (value == VALUE_NANOSECONDS)
		buffer_seconds(out, v);
	else
		buffer_s64(out, (int64_t)v);
	buffer_append(out, "\n", 1);
}

/* The lines of all buckets; sets *count to the last one's number, which is the histogram's count. */
static char *write_buckets(char *at, const struct family *f, const struct prepared *p,
			   const struct row *r, uint64_t *count)
{
	const uint64_t *buckets = r->words + f->word;
	const unsigned int nr_buckets = scheme_buckets(&f->scheme);
	const size_t no_comma = !r->labels_length;
	const char *first = at;
	unsigned int next = 0, end, i;
	size_t prefix;
	uint64_t n = 0;

	at = write_bytes(at, p->name, p->name_length);
	at = write_bytes(at, "_bucket{", 8);
	at = write_bytes(at, r->labels, r->labels_length);
	prefix = (size_t)(at - first);
	for (i = 0; i < p->nr_bounds; i++) {
		if (i)
			at = write_bytes(at, first, prefix);
		memcpy(at, p->bounds[i].text + no_comma, BOUND_MAX - 1);
		at += p->bounds[i].length - no_comma;
		end = i + 1 < p->nr_bounds ? (i << f->scheme.schema) + 1 : nr_buckets;
		while (next < end)
			n += buckets[next++];
		at = write_count(at, n);
	}
	*count = n;
	return at;
}

static void append_histogram(const struct family *f, const struct prepared *p, const struct row *r,
			     struct buffer *out)
{
	const size_t line = p->name_length + r->labels_length + BOUND_MAX + LINE_EXTRA;
	const uint64_t sum = r->words[f->word + scheme_buckets(&f->scheme)];
	uint64_t count;
	char *end;

	if (!buffer_reserve(out, p->nr_bounds * line))
		return;
	end = write_buckets(out->data + out->length, f, p, r, &count);
	out->length = (size_t)(end - out->data);
	append_line(out, p, "_sum", r,
		    f->scheme.unit == SECONDS ? VALUE_NANOSECONDS : VALUE_UNSIGNED, sum);
	append_line(out, p, "_count", r, VALUE_UNSIGNED, count);
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
			append_line(out, p, "", &r, f->value, r.words[f->word]);
	}
}

const struct encoder encoder_text = {
	.name = "text",
	.content_type = "text/plain; version=0.0.4; charset=utf-8",
	.prepare = text_prepare,
	.release = text_release,
	.family = text_family,
};
