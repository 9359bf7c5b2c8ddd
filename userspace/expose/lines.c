// SPDX-License-Identifier: GPL-2.0-only
/* A family's lines: prepared once, then written at each scrape. */
#include "expose/lines.h"

#include <stdlib.h>

#include "base/digits.h"
#include "metric/table.h"

#define HEADER_CEILING (64u << 10)
#define EXEMPLAR_MAX 1280 /* bytes: its characters escaped, braces, value and time */
#define LINE_EXTRA \
	48 /* bytes at most of a line beside its name, labels and bound: suffix, braces, number, newline */

/* ---- what does not change between scrapes ---- */

static void prepare_bound(struct bound *b, const char *le)
{
	char *p = b->text;

	p = mempcpy(p, ",le=\"", 5);
	p = mempcpy(p, le, strlen(le));
	p = mempcpy(p, "\"} ", 3);
	b->length = (unsigned int)(p - b->text);
}

static void prepare_bounds(struct lines *l, const struct scheme *s, enum lines_bounds bounds)
{
	char le[32 + 2];
	unsigned int i, n;

	for (i = 0; i + 1 < l->nr_bounds; i++) {
		n = scheme_format_bound(s->min + (int)i, le);
		if (bounds == BOUNDS_CANONICAL && !strpbrk(le, ".e"))
			memcpy(le + n, ".0", 3);
		prepare_bound(&l->bounds[i], le);
	}
	prepare_bound(&l->bounds[i], "+Inf");
}

struct lines *lines_new(const struct family *f, enum lines_bounds bounds)
{
	unsigned int n = f->type == METRIC_HISTOGRAM ? scheme_octaves(&f->scheme) + 1 : 0;
	struct lines *l = calloc(1, sizeof(*l) + n * sizeof(struct bound));

	if (!l)
		return NULL;
	l->name_length = strlen(f->name);
	l->name = calloc(1, l->name_length + ROW_SLACK);
	if (!l->name) {
		free(l);
		return NULL;
	}
	memcpy(l->name, f->name, l->name_length);
	l->header.ceiling = l->created_name.ceiling = l->created_value.ceiling = HEADER_CEILING;
	l->nr_bounds = n;
	if (n)
		prepare_bounds(l, &f->scheme, bounds);
	return l;
}

struct lines *lines_finish(struct lines *l)
{
	if (l && !l->header.failed && !l->created_name.failed && !l->created_value.failed)
		return l;
	lines_free(l);
	return NULL;
}

void lines_free(void *lines)
{
	struct lines *l = lines;

	if (!l)
		return;
	free(l->name);
	buffer_release(&l->header);
	buffer_release(&l->created_name);
	buffer_release(&l->created_value);
	free(l);
}

void lines_comment(struct lines *l, const char *keyword, size_t length, const char *text,
		   const char *special)
{
	struct buffer *b = &l->header;

	buffer_puts(b, "# ");
	buffer_puts(b, keyword);
	buffer_puts(b, " ");
	buffer_append(b, l->name, length);
	buffer_puts(b, " ");
	for (; *text; text++) {
		if (*text == '\n' || strchr(special, *text))
			buffer_puts(b, "\\");
		buffer_append(b, *text == '\n' ? "n" : text, 1);
	}
	buffer_puts(b, "\n");
}

/* ---- a scrape: what writes to `at` has its room reserved, and returns the end ---- */

static char *write_bytes(char *at, const char *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

/* In blocks, the last of which reads and writes up to ROW_SLACK bytes too many. */
static char *write_blocks(char *at, const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i += ROW_SLACK)
		memcpy(at + i, bytes + i, ROW_SLACK);
	return at + n;
}

static char *write_labels(char *at, const struct row *r)
{
	if (r->labels_length) {
		*at++ = '{';
		at = write_blocks(at, r->labels, r->labels_length);
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

/* A line up to its value: name, suffix, labels. NULL where there is no room for the whole line. */
static char *begin_line(struct buffer *out, const struct lines *p, const char *suffix,
			const struct row *r)
{
	char *at;

	if (!buffer_reserve(out, p->name_length + r->labels_length + LINE_EXTRA))
		return NULL;
	at = write_blocks(out->data + out->length, p->name, p->name_length);
	if (*suffix)
		at = write_bytes(at, suffix, strlen(suffix));
	return write_labels(at, r);
}

/* The rest of a line that begin_line() began. */
static void end_line(struct buffer *out, char *at, enum metric_value value, uint64_t v)
{
	if (!at)
		return;
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

/* What follows the number of a bucket, and of which one. */
struct remark {
	char text[EXEMPLAR_MAX];
	size_t length;
	unsigned int bound;
};

/* The exemplar of row i as OpenMetrics writes it: ` # {pid="17"} 0.25 1795264116.5`. */
static void render_exemplar(const struct family *f, size_t i, struct remark *m)
{
	struct buffer b = { .data = m->text, .capacity = EXEMPLAR_MAX, .ceiling = EXEMPLAR_MAX };
	struct exemplar x;

	if (!table_exemplar(f->table, i, f, &x))
		return;
	buffer_puts(&b, " # {");
	buffer_append(&b, x.labels, x.labels_length);
	buffer_puts(&b, "} ");
	(f->scheme.unit == SECONDS ? buffer_seconds : buffer_u64)(&b, x.value);
	buffer_puts(&b, " ");
	buffer_seconds(&b, x.time_ns);
	m->length = b.failed ? 0 : b.length;
	m->bound = scheme_bound(&f->scheme, x.bucket);
}

/* The lines of all buckets, each with the number of all up to its bound. */
static char *write_buckets(char *at, const struct family *f, const struct lines *p,
			   const struct row *r, const struct remark *m)
{
	const uint64_t *buckets = r->words + f->word;
	const size_t no_comma = !r->labels_length;
	const char *first = at;
	unsigned int i;
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
		n += scheme_next(&f->scheme, i, &buckets);
		at = digits_write(at, n);
		if (m->length && m->bound == i)
			at = write_bytes(at, m->text, m->length);
		*at++ = '\n';
	}
	return at;
}

static void append_histogram(const struct family *f, const struct lines *p, size_t i,
			     struct buffer *out)
{
	const struct row r = table_row(f->table, i);
	const size_t line = p->name_length + r.labels_length + BOUND_MAX + LINE_EXTRA;
	const uint64_t *buckets = r.words + f->word;
	const unsigned int nr = scheme_buckets(&f->scheme);
	struct remark m;

	m.length = 0;
	if (p->exemplars)
		render_exemplar(f, i, &m);
	if (!buffer_reserve(out, p->nr_bounds * line + m.length))
		return;
	out->length = (size_t)(write_buckets(out->data + out->length, f, p, &r, &m) - out->data);
	end_line(out, begin_line(out, p, "_sum", &r),
		 f->scheme.unit == SECONDS ? VALUE_NANOSECONDS : VALUE_UNSIGNED, buckets[nr]);
	end_line(out, begin_line(out, p, "_count", &r), VALUE_UNSIGNED,
		 scheme_count(&f->scheme, buckets));
}

static void append_value(const struct family *f, const struct lines *p, size_t i,
			 struct buffer *out)
{
	const struct row r = table_row(f->table, i);

	end_line(out, begin_line(out, p, "", &r), f->value, r.words[f->word]);
}

static void append_created(const struct family *f, const struct lines *p, size_t i,
			   struct buffer *out)
{
	const struct row r = table_row(f->table, i);

	buffer_append(out, p->created_name.data, p->created_name.length);
	if (buffer_reserve(out, r.labels_length + LINE_EXTRA))
		out->length = (size_t)(write_labels(out->data + out->length, &r) - out->data);
	buffer_append(out, p->created_value.data, p->created_value.length);
}

void lines_family(const struct family *f, const void *lines, struct buffer *out)
{
	const struct lines *p = lines;
	const size_t rows = table_rows(f->table);
	size_t i;

	if (rows)
		buffer_append(out, p->header.data, p->header.length);
	for (i = 0; i < rows && !out->failed; i++) {
		if (f->type == METRIC_HISTOGRAM)
			append_histogram(f, p, i, out);
		else
			append_value(f, p, i, out);
		if (p->created_name.length)
			append_created(f, p, i, out);
	}
}
