/* SPDX-License-Identifier: GPL-2.0-only */
/* A histogram's bucket scheme as user space sees it: the geometry of <bpf_exporter/buckets.h> as data. */
#ifndef METRIC_SCHEME_H
#define METRIC_SCHEME_H

#include <stdint.h>

#include <bpf_exporter/buckets.h>

struct scheme {
	enum bucket_unit unit;
	int schema; /* 0 to BUCKET_SCHEMA_MAX: 2^schema buckets an octave */
	int min, max; /* exponents of two of the lowest and the highest finite bound */
};

static inline unsigned int scheme_buckets(const struct scheme *s)
{
	return (unsigned int)BUCKET_COUNT(s->schema, s->min, s->max);
}

/* Classic `le` bounds stand at each octave: 2^min ... 2^max, that many. */
static inline unsigned int scheme_octaves(const struct scheme *s)
{
	return (unsigned int)(s->max - s->min + 1);
}

/* The number of the classic bound that a bucket counts to: 0 is that of the lowest, scheme_octaves() is +Inf. */
static inline unsigned int scheme_bound(const struct scheme *s, unsigned int bucket)
{
	return (bucket + (1u << s->schema) - 1) >> s->schema;
}

/* All bounds of a scheme at most, with +Inf. */
#define SCHEME_BOUNDS_MAX (BUCKET_EXPONENT_MAX - BUCKET_SECONDS_MIN + 2)

/* The observations up to each classic bound. The last, that of +Inf, is the number of all. */
void scheme_cumulate(const struct scheme *s, const uint64_t *buckets,
		     uint64_t upto[SCHEME_BOUNDS_MAX]);

/* 2^exponent in its shortest decimal form that reads back as the same double ("0.0009765625",
 * "9.5367431640625e-07"): into out[32], returns its length. */
unsigned int scheme_format_bound(int exponent, char out[32]);

#endif
