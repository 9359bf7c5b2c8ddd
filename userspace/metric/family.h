/* SPDX-License-Identifier: GPL-2.0-only */
/* A metric family: what is fixed about a metric from load to exit. Knows no exposition format. */
#ifndef METRIC_FAMILY_H
#define METRIC_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/epoch.h"
#include "metric/row.h"
#include "metric/scheme.h"

struct table;

enum metric_type {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
	METRIC_INFO, /* always 1, its name ends in _info: what is said is in the labels */
	METRIC_STATESET, /* 1 for the states that hold, 0 for all others; the state is in a label of its name */
};

/* What a value's 64 bits mean. */
enum metric_value {
	VALUE_UNSIGNED,
	VALUE_SIGNED,
	VALUE_NANOSECONDS, /* shown in seconds */
};

/* The values of one series of a family are words of its row in `table`, from `word` on: one word for a
 * counter or gauge; for a histogram its buckets (not cumulative, scheme_buckets() of them) and then the
 * sum (nanoseconds for SECONDS). A histogram's count is the sum of its buckets. */
struct family {
	const char *name; /* valid by Prometheus's grammar, with suffix (_total, _seconds) */
	const char *help; /* UTF-8, unescaped */
	const char *unit; /* "seconds", "bytes" or ""; the name's stem ends in it */
	enum metric_type type;
	enum metric_value value;
	struct scheme scheme; /* of a histogram */
	const struct table *table; /* the series; owned by the collector */
	unsigned int word; /* first word of this family in a row */
	unsigned int exemplar; /* of a histogram: first word of its raw exemplar; 0: it has none */
	/* When all its series were 0 (one that comes later: row.since_ns), by CLOCK_BOOTTIME; 0: not known. */
	uint64_t created_ns;
	bool absent; /* its event could not be had on this kernel: not exposed at all */
};

static inline unsigned int family_words(const struct family *f)
{
	return f->type == METRIC_HISTOGRAM ? scheme_buckets(&f->scheme) + 1 : 1;
}

/* When a series of the family was 0, since 1970: the later of when all were, and of the last read that did not see it. */
static inline uint64_t family_created_ns(const struct family *f, const struct row *r)
{
	return epoch_ns() + (r->since_ns > f->created_ns ? r->since_ns : f->created_ns);
}

/* How long the name is without the suffix that its type calls for (_total, _info). */
size_t family_stem(const struct family *f);

/* Whether two cannot stand in one body: by their names, or by their stems, which are their names in OpenMetrics. */
bool family_clashes(const struct family *a, const struct family *b);

/* True for [a-zA-Z_:][a-zA-Z0-9_:]*; labels: no colon, not beginning with two underscores. */
bool family_name_valid(const char *name);
bool label_name_valid(const char *name);

#endif
