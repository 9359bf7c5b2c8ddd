// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus's protobuf format: one io.prometheus.client.MetricFamily after the other, each behind its length.
 *
 * Written straight from the samples. The fields:
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 *
 * A histogram carries native buckets, which are those that the kernel counts (bucket_index()):
 *	bucket 0                the zero bucket, whose threshold is the lowest bound, 2^min
 *	bucket k                index (min << schema) + k, whose upper bound is 2^(index / 2^schema)
 *	the last, above 2^max   the index of +Inf, (1024 << schema) + 1: how far above 2^max a value lay is not
 *	                        known, and any other bucket would claim to know. A quantile that falls there is +Inf
 * Their sum is the count. Classic buckets may stand beside them.
 */
#include <math.h>
#include <stdlib.h>

#include "base/protowire.h"
#include "expose/encoder.h"
#include "metric/table.h"

#define HEADER_CEILING (64u << 10)
#define LENGTH_BYTES 4 /* of a family, whose length is known only at its end: padded to so many */
#define BILLION 1000000000u
#define DOUBLE_FIELD 9 /* bytes, with a key of one */
#define TIME_MAX (2 * PROTOWIRE_FIELD_MAX)
#define CREATED_MAX (PROTOWIRE_FIELD_MAX + TIME_MAX)
#define EXEMPLAR_MAX 1280 /* bytes: its characters, what stands between them, value and time */
#define GAP_FILLED 2 /* empty buckets that cost less written than skipped by a new span */
#define INFINITE_OCTAVE 1024 /* no double is larger than 2 to this */

/* The keys of the fields that are written here, by message. */
enum {
	FAMILY_NAME = PROTOWIRE_BYTES(1),
	FAMILY_HELP = PROTOWIRE_BYTES(2),
	FAMILY_TYPE = PROTOWIRE_VARINT(3),
	FAMILY_METRIC = PROTOWIRE_BYTES(4),
	FAMILY_UNIT = PROTOWIRE_BYTES(5),

	/* Of a Metric, beside its labels, which a row has ready. */
	METRIC_AS_GAUGE = PROTOWIRE_BYTES(2),
	METRIC_AS_COUNTER = PROTOWIRE_BYTES(3),
	METRIC_AS_HISTOGRAM = PROTOWIRE_BYTES(7),

	VALUE = PROTOWIRE_DOUBLE(1), /* of Gauge and Counter */
	COUNTER_CREATED = PROTOWIRE_BYTES(3),

	HISTOGRAM_COUNT = PROTOWIRE_VARINT(1),
	HISTOGRAM_SUM = PROTOWIRE_DOUBLE(2),
	HISTOGRAM_BUCKET = PROTOWIRE_BYTES(3),
	HISTOGRAM_SCHEMA = PROTOWIRE_VARINT(5),
	HISTOGRAM_ZERO_THRESHOLD = PROTOWIRE_DOUBLE(6),
	HISTOGRAM_ZERO_COUNT = PROTOWIRE_VARINT(7),
	HISTOGRAM_SPAN = PROTOWIRE_BYTES(12),
	HISTOGRAM_DELTA = PROTOWIRE_VARINT(13),
	HISTOGRAM_CREATED = PROTOWIRE_BYTES(15),
	HISTOGRAM_EXEMPLAR = PROTOWIRE_BYTES(16),

	BUCKET_CUMULATIVE = PROTOWIRE_VARINT(1),
	BUCKET_BOUND = PROTOWIRE_DOUBLE(2),
	BUCKET_EXEMPLAR = PROTOWIRE_BYTES(3),

	SPAN_OFFSET = PROTOWIRE_VARINT(1),
	SPAN_LENGTH = PROTOWIRE_VARINT(2),

	EXEMPLAR_VALUE = PROTOWIRE_DOUBLE(2),
	EXEMPLAR_TIME = PROTOWIRE_BYTES(3),

	TIME_SECONDS = PROTOWIRE_VARINT(1),
	TIME_NANOS = PROTOWIRE_VARINT(2),
};

/* By type: the family's, and what its metrics hold. There is none of its own for infos and state sets. */
static const struct kind {
	unsigned int type; /* enum MetricType */
	unsigned int key;
	unsigned int created; /* the key of its created timestamp; 0 for none */
} kinds[] = {
	[METRIC_COUNTER] = { 0, METRIC_AS_COUNTER, COUNTER_CREATED },
	[METRIC_GAUGE] = { 1, METRIC_AS_GAUGE, 0 },
	[METRIC_HISTOGRAM] = { 4, METRIC_AS_HISTOGRAM, HISTOGRAM_CREATED },
	[METRIC_INFO] = { 1, METRIC_AS_GAUGE, 0 },
	[METRIC_STATESET] = { 1, METRIC_AS_GAUGE, 0 },
};

struct prepared {
	struct buffer header; /* the family's fields before its metrics */
	bool created; /* each series tells since when it counts */
	char scheme[2 *
		    PROTOWIRE_FIELD_MAX]; /* the fields of a histogram that its scheme decides */
	size_t scheme_length;
	size_t histogram_max; /* bytes at most, without exemplars */
	unsigned int nr_bounds; /* of classic buckets, with +Inf; 0 for none */
	char bounds[][DOUBLE_FIELD]; /* each as the field BUCKET_BOUND */
};

static double seconds(uint64_t ns)
{
	return (double)ns / BILLION;
}

static double value_of(enum metric_value kind, uint64_t v)
{
	if (kind == VALUE_NANOSECONDS)
		return seconds(v);
	return kind == VALUE_SIGNED ? (double)(int64_t)v : (double)v;
}

static char *write_time(char *at, unsigned int key, uint64_t ns)
{
	char time[TIME_MAX], *end;

	end = protowire_number(time, TIME_SECONDS, ns / BILLION);
	end = protowire_number(end, TIME_NANOS, ns % BILLION);
	return protowire_bytes(at, key, time, (size_t)(end - time));
}

/* ---- what does not change between scrapes ---- */

static void prepare_string(struct buffer *b, unsigned int key, const char *s)
{
	const size_t n = strlen(s);

	if (buffer_reserve(b, PROTOWIRE_FIELD_MAX + n))
		b->length = (size_t)(protowire_bytes(b->data + b->length, key, s, n) - b->data);
}

static void prepare_header(struct buffer *b, const struct family *f)
{
	prepare_string(b, FAMILY_NAME, f->name);
	prepare_string(b, FAMILY_HELP, f->help);
	if (buffer_reserve(b, PROTOWIRE_FIELD_MAX))
		b->length = (size_t)(protowire_number(b->data + b->length, FAMILY_TYPE,
						      kinds[f->type].type) -
				     b->data);
	if (f->unit && *f->unit)
		prepare_string(b, FAMILY_UNIT, f->unit);
}

static void prepare_histogram(struct prepared *p, const struct scheme *s)
{
	/* A delta a bucket, and as if each stood in a span of its own. */
	const size_t native = PROTOWIRE_FIELD_MAX + 3 * PROTOWIRE_FIELD_MAX;
	const size_t classic = 2 * PROTOWIRE_FIELD_MAX + DOUBLE_FIELD;
	char *end = p->scheme;
	unsigned int i;

	end = protowire_number(end, HISTOGRAM_SCHEMA, protowire_zigzag(s->schema));
	end = protowire_double(end, HISTOGRAM_ZERO_THRESHOLD, ldexp(1, s->min));
	p->scheme_length = (size_t)(end - p->scheme);
	for (i = 0; i < p->nr_bounds; i++)
		protowire_double(p->bounds[i], BUCKET_BOUND,
				 i + 1 < p->nr_bounds ? ldexp(1, s->min + (int)i) : INFINITY);
	p->histogram_max = p->scheme_length + CREATED_MAX + 3 * PROTOWIRE_FIELD_MAX +
			   scheme_buckets(s) * native + p->nr_bounds * classic;
}

static void protobuf_release(void *prepared)
{
	struct prepared *p = prepared;

	if (p)
		buffer_release(&p->header);
	free(p);
}

static void *protobuf_prepare(const struct family *f, const struct encoder_options *o)
{
	const bool classic = f->type == METRIC_HISTOGRAM && !o->native_only;
	unsigned int bounds = classic ? scheme_octaves(&f->scheme) + 1 : 0;
	struct prepared *p = calloc(1, sizeof(*p) + bounds * sizeof(p->bounds[0]));

	if (!p)
		return NULL;
	p->header.ceiling = HEADER_CEILING;
	p->nr_bounds = bounds;
	prepare_header(&p->header, f);
	p->created = f->created_ns && kinds[f->type].created &&
		     (f->type != METRIC_HISTOGRAM || o->histograms_created);
	if (f->type == METRIC_HISTOGRAM)
		prepare_histogram(p, &f->scheme);
	if (!p->header.failed)
		return p;
	protobuf_release(p);
	return NULL;
}

/* When the series was 0, or nothing. */
static char *write_created(char *at, const struct family *f, const struct prepared *p,
			   const struct row *r)
{
	return p->created ? write_time(at, kinds[f->type].created, family_created_ns(f, r)) : at;
}

/* ---- exemplars ---- */

/* The message, and which bucket it belongs to. */
struct exemplar_message {
	char bytes[EXEMPLAR_MAX];
	size_t length; /* 0: there is none */
	unsigned int bucket;
};

static void write_exemplar(const struct family *f, size_t i, struct exemplar_message *m)
{
	struct buffer b = { .data = m->bytes, .capacity = EXEMPLAR_MAX, .ceiling = EXEMPLAR_MAX };
	const enum metric_value kind =
		f->scheme.unit == SECONDS ? VALUE_NANOSECONDS : VALUE_UNSIGNED;
	struct exemplar x;
	char *end;

	m->length = 0;
	if (!table_exemplar(f->table, i, f, &x))
		return;
	label_pairs(x.labels, x.labels_length, &b);
	if (!buffer_reserve(&b, 2 * PROTOWIRE_FIELD_MAX + TIME_MAX))
		return;
	end = protowire_double(b.data + b.length, EXEMPLAR_VALUE, value_of(kind, x.value));
	end = write_time(end, EXEMPLAR_TIME, x.time_ns);
	m->length = (size_t)(end - b.data);
	m->bucket = x.bucket;
}

/* ---- native buckets: spans of buckets that stand side by side, each bucket by its difference to the one before ---- */

/* The buckets from this index on; *next is the index behind the last span. */
static char *write_span(char *at, int *next, int index, size_t length)
{
	char span[2 * PROTOWIRE_FIELD_MAX], *end;

	end = protowire_number(span, SPAN_OFFSET, protowire_zigzag(index - *next));
	end = protowire_number(end, SPAN_LENGTH, length);
	*next = index + (int)length;
	return protowire_bytes(at, HISTOGRAM_SPAN, span, (size_t)(end - span));
}

static char *write_delta(char *at, uint64_t count, uint64_t previous)
{
	return protowire_number(at, HISTOGRAM_DELTA, protowire_zigzag((int64_t)(count - previous)));
}

/* Where the span that begins at k ends: at a gap that is not worth filling, or at `last`. */
static size_t run_end(const uint64_t *buckets, size_t k, size_t last)
{
	size_t end;

	do {
		while (k < last && buckets[k])
			k++;
		end = k;
		while (k < last && !buckets[k] && k - end <= GAP_FILLED)
			k++;
	} while (k < last && k - end <= GAP_FILLED);
	return end;
}

static char *write_native(char *at, const struct scheme *s, const uint64_t *buckets)
{
	const size_t last = scheme_buckets(s) - 1;
	const int lowest = s->min * (1 << s->schema);
	size_t k = 1, begin, end;
	uint64_t previous = 0;
	int next = 0; /* the first span is placed from 0 on */

	for (;;) {
		while (k < last && !buckets[k])
			k++;
		if (k == last)
			break;
		begin = k;
		end = run_end(buckets, k, last);
		for (; k < end; previous = buckets[k++])
			at = write_delta(at, buckets[k], previous);
		at = write_span(at, &next, lowest + (int)begin, end - begin);
	}
	if (buckets[last]) {
		at = write_delta(at, buckets[last], previous);
		at = write_span(at, &next, INFINITE_OCTAVE * (1 << s->schema) + 1, 1);
	}
	return protowire_number(at, HISTOGRAM_ZERO_COUNT, buckets[0]);
}

/* ---- classic buckets ---- */

static char *write_bucket(char *at, uint64_t n, const char *bound, const struct exemplar_message *m)
{
	const size_t own = 1 + protowire_varint_size(n) + DOUBLE_FIELD;

	if (m)
		at = protowire_number(at, HISTOGRAM_BUCKET,
				      own + 1 + protowire_varint_size(m->length) + m->length);
	else
		at = protowire_small(at, HISTOGRAM_BUCKET, own);
	at = protowire_number(at, BUCKET_CUMULATIVE, n);
	memcpy(at, bound, DOUBLE_FIELD);
	at += DOUBLE_FIELD;
	return m ? protowire_bytes(at, BUCKET_EXEMPLAR, m->bytes, m->length) : at;
}

static char *write_classic(char *at, const struct prepared *p, const struct scheme *s,
			   const uint64_t *upto, const struct exemplar_message *m)
{
	const unsigned int bound = m->length ? scheme_bound(s, m->bucket) : p->nr_bounds;
	unsigned int i;

	for (i = 0; i < p->nr_bounds; i++)
		at = write_bucket(at, upto[i], p->bounds[i], i == bound ? m : NULL);
	return at;
}

/* ---- a scrape ---- */

static char *write_histogram(char *at, const struct family *f, const struct prepared *p,
			     const struct row *r, const struct exemplar_message *m)
{
	const uint64_t *buckets = r->words + f->word;
	const struct scheme *s = &f->scheme;
	const uint64_t sum = buckets[scheme_buckets(s)];
	uint64_t upto[SCHEME_BOUNDS_MAX];

	scheme_cumulate(s, buckets, upto);
	at = protowire_number(at, HISTOGRAM_COUNT, upto[scheme_octaves(s)]);
	at = protowire_double(at, HISTOGRAM_SUM, s->unit == SECONDS ? seconds(sum) : (double)sum);
	at = write_classic(at, p, s, upto, m);
	at = mempcpy(at, p->scheme, p->scheme_length);
	at = write_native(at, s, buckets);
	at = write_created(at, f, p, r);
	/* Beside a classic bucket that has it, some receivers keep fewer where it is told twice. */
	return m->length && !p->nr_bounds
		       ? protowire_bytes(at, HISTOGRAM_EXEMPLAR, m->bytes, m->length)
		       : at;
}

/* The value is written where it cannot stand any further up, then moved to where its length lets it. */
static void append_histogram(const struct family *f, const struct prepared *p, size_t i,
			     struct buffer *out)
{
	const struct row r = table_row(f->table, i);
	const size_t head = 2 * PROTOWIRE_FIELD_MAX + r.pairs_length;
	struct exemplar_message m;
	char *value, *at;
	size_t n;

	write_exemplar(f, i, &m);
	if (!buffer_reserve(out, head + p->histogram_max + 2 * (PROTOWIRE_FIELD_MAX + m.length)))
		return;
	value = out->data + out->length + head;
	n = (size_t)(write_histogram(value, f, p, &r, &m) - value);
	at = out->data + out->length;
	at = protowire_number(at, FAMILY_METRIC, r.pairs_length + 1 + protowire_varint_size(n) + n);
	at = mempcpy(at, r.pairs, r.pairs_length);
	at = protowire_number(at, METRIC_AS_HISTOGRAM, n);
	memmove(at, value, n);
	out->length = (size_t)(at + n - out->data);
}

static void append_value(const struct family *f, const struct prepared *p, size_t i,
			 struct buffer *out)
{
	const struct row r = table_row(f->table, i);
	char created[CREATED_MAX];
	const size_t length = (size_t)(write_created(created, f, p, &r) - created);
	const size_t n = DOUBLE_FIELD + length;
	char *at;

	_Static_assert(DOUBLE_FIELD + CREATED_MAX < 128, "a length of one byte");
	if (!buffer_reserve(out,
			    2 * PROTOWIRE_FIELD_MAX + r.pairs_length + DOUBLE_FIELD + CREATED_MAX))
		return;
	at = out->data + out->length;
	at = protowire_number(at, FAMILY_METRIC, r.pairs_length + 2 + n);
	at = mempcpy(at, r.pairs, r.pairs_length);
	at = protowire_small(at, kinds[f->type].key, n);
	at = protowire_double(at, VALUE, value_of(f->value, r.words[f->word]));
	at = mempcpy(at, created, length);
	out->length = (size_t)(at - out->data);
}

/* A varint is as valid with leading zeros, which spares moving all of a family by a byte or two. */
static void patch_length(struct buffer *out, size_t start)
{
	const size_t n = out->length - start - LENGTH_BYTES;
	unsigned int i;

	if (n >> 7 * LENGTH_BYTES)
		out->failed = true;
	if (out->failed)
		return;
	for (i = 0; i < LENGTH_BYTES; i++)
		out->data[start + i] =
			(char)((n >> 7 * i & 127) | (i + 1 < LENGTH_BYTES ? 128 : 0));
}

static void protobuf_family(const struct family *f, const void *prepared, struct buffer *out)
{
	const size_t rows = table_rows(f->table), start = out->length;
	const struct prepared *p = prepared;
	size_t i;

	if (!rows || !buffer_reserve(out, LENGTH_BYTES))
		return;
	out->length += LENGTH_BYTES;
	buffer_append(out, p->header.data, p->header.length);
	for (i = 0; i < rows && !out->failed; i++) {
		if (f->type == METRIC_HISTOGRAM)
			append_histogram(f, p, i, out);
		else
			append_value(f, p, i, out);
	}
	patch_length(out, start);
}

const struct encoder encoder_protobuf = {
	.name = "protobuf",
	.prepare = protobuf_prepare,
	.release = protobuf_release,
	.family = protobuf_family,
};
