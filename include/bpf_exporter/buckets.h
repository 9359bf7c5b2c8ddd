/* SPDX-License-Identifier: GPL-2.0-only */
/* Bucket geometry: which bucket a value falls into, by the same arithmetic in BPF and in user space.
 *
 * A scheme is (unit, schema, min, max). Its upper bounds are inclusive and lie on the grid of native
 * histograms: unit * 2^(k / 2^schema) for k from min * 2^schema to max * 2^schema, so that classic
 * `le` buckets and native buckets are the same data. A SECONDS scheme counts integer nanoseconds
 * between powers of two of a second; a PLAIN scheme counts integers (bytes, pages, entries) between
 * powers of two of one.
 *
 *   bucket 0               everything up to unit * 2^min, 0 included
 *   bucket i               above bound i-1, up to bound i
 *   bucket BUCKET_COUNT-1  above unit * 2^max: counts for +Inf only
 */
#ifndef BPF_EXPORTER_BUCKETS_H
#define BPF_EXPORTER_BUCKETS_H

enum bucket_unit { PLAIN, SECONDS };

#define BUCKET_SCHEMA_MAX 3 /* 2^schema buckets an octave */
#define BUCKET_SECONDS_MIN (-29) /* the bound 2^-29 s is 1.86 ns: a finer one could not be hit */
#define BUCKET_EXPONENT_MAX 32

#define BUCKET_COUNT(schema, min, max) ((((max) - (min)) << (schema)) + 2)

/* 1 where mantissa m lies above bound t; both are in [2^63, 2^64), so the difference keeps its sign. */
#define BUCKET_ABOVE(m, t) ((unsigned int)(((t) - (m)) >> 63))

/* How many bounds of one octave lie below mantissa m.
 * The constants are 2^(i/8) for PLAIN and 10^9 * 2^(i/8) for SECONDS, normalised to [2^63, 2^64) and
 * rounded down; those that are not integers are irrational, so rounding changes no comparison. */
static inline unsigned int bucket_rank(enum bucket_unit unit, int schema, unsigned long long m)
{
	const int s = unit == SECONDS;
	unsigned int r;

	r = BUCKET_ABOVE(m, s ? 0xee6b280000000000ULL : 0x8000000000000000ULL);
	if (schema >= 1)
		r += BUCKET_ABOVE(m, s ? 0xa8965f74bf065071ULL : 0xb504f333f9de6484ULL);
	if (schema >= 2) {
		r += BUCKET_ABOVE(m, s ? 0x8dc3b8960164a7d9ULL : 0x9837f0518db8a96fULL);
		r += BUCKET_ABOVE(m, s ? 0xc87c3e7d03cdbec3ULL : 0xd744fccad69d6af4ULL);
	}
	if (schema >= 3) {
		r += BUCKET_ABOVE(m, s ? 0x81ffa7a9549ca6e3ULL : 0x8b95c1e3ea8bd6e6ULL);
		r += BUCKET_ABOVE(m, s ? 0x9a9867054d512391ULL : 0xa5fed6a9b15138eaULL);
		r += BUCKET_ABOVE(m, s ? 0xb7d88a12d0dd9ea0ULL : 0xc5672a115506daddULL);
		r += BUCKET_ABOVE(m, s ? 0xdaa17c2cd19555dbULL : 0xeac0c6e7dd24392eULL);
	}
	return r;
}

/* One halving step of the normalisation: where the upper `bits` of v are empty, shift them out. No branch:
 * what the next value will be cannot be foreseen. */
#define BUCKET_NORMALISE(v, log2, bits)                                          \
	do {                                                                     \
		int empty_ = (int)((((v) >> (64 - (bits))) - 1) >> 63) * (bits); \
		(v) <<= empty_;                                                  \
		(log2) -= empty_;                                                \
	} while (0)

/* The last two steps at once: how many of the upper four bits are empty, as a table of two bits an entry in a
 * constant. Steps all the way down are slower; a table in memory may cost a cache miss. */
#define BUCKET_NIBBLE_ZEROS(v) (0x000055ac >> ((v) >> 60) * 2 & 3)

/* The bucket of value v: 0 to BUCKET_COUNT - 1. All but v are constants where it is fast. */
static inline unsigned int bucket_index(enum bucket_unit unit, int schema, int min, int max,
					unsigned long long v)
{
	/* So that a value on the lowest bound has index 0: the bounds at or below it in its octave. */
	const int first =
		unit == SECONDS ? ((29 + min) << schema) + (1 << schema) - 1 : min << schema;
	const int last = BUCKET_COUNT(schema, min, max) - 1;
	int log2 = 63, zeros, i;

	v += !v; /* 0 shares the lowest bucket with 1 */
	BUCKET_NORMALISE(v, log2, 32);
	BUCKET_NORMALISE(v, log2, 16);
	BUCKET_NORMALISE(v, log2, 8);
	BUCKET_NORMALISE(v, log2, 4);
	zeros = BUCKET_NIBBLE_ZEROS(v);
	v <<= zeros;
	log2 -= zeros;
	i = (log2 << schema) + (int)bucket_rank(unit, schema, v) - first;
	return (unsigned int)(i < 0 ? 0 : i > last ? last : i);
}

#endif
