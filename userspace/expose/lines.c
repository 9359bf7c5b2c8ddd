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

void lines_head(struct lines *l, enum line_kind kind, size_t length, const char *suffix)
{
	struct buffer *b = &l->heads[kind];

	b->ceiling = HEADER_CEILING;
	buffer_append(b, l->name, length);
	buffer_puts(b, suffix);
	buffer_puts(b, "{");
	buffer_reserve(b, ROW_SLACK);
}

static void prepare_heads(struct lines *l, enum metric_type type)
{
	const size_t n = strlen(l->name);

	if (type != METRIC_HISTOGRAM) {
		lines_head(l, LINE_VALUE, n, "");
		return;
	}
	lines_head(l, LINE_BUCKET, n, "_bucket");
	lines_head(l, LINE_SUM, n, "_sum");
	lines_head(l, LINE_COUNT, n, "_count");
}

struct lines *lines_new(const struct family *f, enum lines_bounds bounds)
{
	unsigned int n = f->type == METRIC_HISTOGRAM ? scheme_octaves(&f->scheme) + 1 : 0;
	struct lines *l = calloc(1, sizeof(*l) + n * sizeof(struct bound));

	if (!l)
		return NULL;
	l->name = f->name;
	l->header.ceiling = HEADER_CEILING;
	prepare_heads(l, f->type);
	l->nr_bounds = n;
	if (n)
		prepare_bounds(l, &f->scheme, bounds);
	return l;
}

struct lines *lines_finish(struct lines *l)
{
	bool failed = !l || l->header.failed;
	unsigned int i;

	for (i = 0; !failed && i < LINE_KINDS; i++)
		failed = l->heads[i].failed;
	if (!failed)
		return l;
	lines_free(l);
	return NULL;
}

void lines_free(void *lines)
{
	struct lines *l = lines;
	unsigned int i;

	if (!l)
		return;
	buffer_release(&l->header);
	for (i = 0; i < LINE_KINDS; i++)
		buffer_release(&l->heads[i]);
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

static char *write_value(char *at, enum metric_value kind, uint64_t v)
{
	if (kind == VALUE_NANOSECONDS)
		return digits_write_seconds(at, v);
	if (kind == VALUE_SIGNED && (int64_t)v < 0) {
		*at++ = '-';
		v = -v;
	}
	return digits_write(at, v);
}

/* All of a line that is no bucket's. */
static char *write_line(char *at, const struct buffer *head, const struct row *r,
			enum metric_value kind, uint64_t v)
{
	at = write_blocks(at, head->data, head->length);
	at = write_blocks(at, r->labels, r->labels_length);
	if (r->labels_length)
		*at++ = '}';
	else
		at--; /* the brace */
	*at++ = ' ';
	at = write_value(at, kind, v);
	*at++ = '\n';
	return at;
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
static char *write_buckets(char *at, const struct lines *p, const struct row *r,
			   const uint64_t *upto, const struct remark *m)
{
	const size_t no_comma = !r->labels_length;
	const char *first = at, *number = NULL;
	size_t prefix, digits = 0;
	unsigned int i;

	at = write_blocks(at, p->heads[LINE_BUCKET].data, p->heads[LINE_BUCKET].length);
	at = write_blocks(at, r->labels, r->labels_length);
	prefix = (size_t)(at - first);
	for (i = 0; i < p->nr_bounds; i++) {
		if (i)
			at = write_bytes(at, first, prefix);
		memcpy(at, p->bounds[i].text + no_comma, BOUND_MAX - 1);
		at += p->bounds[i].length - no_comma;
		/* Most octaves are empty. */
		if (i && upto[i] == upto[i - 1]) {
			memcpy(at, number, DIGITS_MAX);
			at += digits;
		} else {
			number = at;
			at = digits_write(at, upto[i]);
			digits = (size_t)(at - number);
		}
		if (m->length && m->bound == i)
			at = write_bytes(at, m->text, m->length);
		*at++ = '\n';
	}
	return at;
}

static void append_histogram(const struct family *f, const struct lines *p, size_t i,
			     const struct row *r, struct buffer *out)
{
	const size_t line =
		p->heads[LINE_BUCKET].length + r->labels_length + BOUND_MAX + LINE_EXTRA;
	const uint64_t *buckets = r->words + f->word;
	const uint64_t sum = buckets[scheme_buckets(&f->scheme)];
	uint64_t upto[SCHEME_BOUNDS_MAX];
	struct remark m;
	char *at;

	m.length = 0;
	if (p->exemplars)
		render_exemplar(f, i, &m);
	if (!buffer_reserve(out, (p->nr_bounds + 2) * line + m.length))
		return;
	scheme_cumulate(&f->scheme, buckets, upto);
	at = write_buckets(out->data + out->length, p, r, upto, &m);
	at = write_line(at, &p->heads[LINE_SUM], r,
			f->scheme.unit == SECONDS ? VALUE_NANOSECONDS : VALUE_UNSIGNED, sum);
	at = write_line(at, &p->heads[LINE_COUNT], r, VALUE_UNSIGNED, upto[p->nr_bounds - 1]);
	out->length = (size_t)(at - out->data);
}

static void append_line(struct buffer *out, const struct buffer *head, const struct row *r,
			enum metric_value kind, uint64_t v)
{
	char *at;

	if (!buffer_reserve(out, head->length + r->labels_length + LINE_EXTRA))
		return;
	at = write_line(out->data + out->length, head, r, kind, v);
	out->length = (size_t)(at - out->data);
}

void lines_family(const struct family *f, const void *lines, struct buffer *out)
{
	const struct lines *p = lines;
	const size_t rows = table_rows(f->table);
	struct row r;
	size_t i;

	if (rows)
		buffer_append(out, p->header.data, p->header.length);
	for (i = 0; i < rows && !out->failed; i++) {
		r = table_row(f->table, i);
		if (f->type == METRIC_HISTOGRAM)
			append_histogram(f, p, i, &r, out);
		else
			append_line(out, &p->heads[LINE_VALUE], &r, f->value, r.words[f->word]);
		if (p->created)
			append_line(out, &p->heads[LINE_CREATED], &r, VALUE_NANOSECONDS,
				    family_created_ns(f, &r));
	}
}
