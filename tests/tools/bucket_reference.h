/* SPDX-License-Identifier: GPL-2.0-only */
/* Bucket bounds by exact arithmetic on long integers, sharing nothing with <bpf_exporter/buckets.h>: the bound
 * unit * 2^(k / 2^schema) is compared with v as unit^(2^schema) * 2^k with v^(2^schema).
 */
#ifndef TOOLS_BUCKET_REFERENCE_H
#define TOOLS_BUCKET_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REFERENCE_LIMBS 25 /* 800 bits: (2^64)^8 * 2^(29 * 8) is the largest */

struct reference_number {
	uint32_t limb[REFERENCE_LIMBS]; /* the lowest first */
};

static inline void reference_multiply(struct reference_number *n, uint32_t by)
{
	uint64_t carry = 0;

	for (int i = 0; i < REFERENCE_LIMBS; i++) {
		carry += (uint64_t)n->limb[i] * by;
		n->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* n * v, for all 64 bits of v. */
static inline void reference_multiply64(struct reference_number *n, uint64_t v)
{
	struct reference_number low = *n;
	uint64_t carry = 0;

	reference_multiply(&low, (uint32_t)v);
	reference_multiply(n, (uint32_t)(v >> 32));
	memmove(n->limb + 1, n->limb, sizeof(n->limb) - sizeof(n->limb[0]));
	n->limb[0] = 0;
	for (int i = 0; i < REFERENCE_LIMBS; i++) {
		carry += (uint64_t)n->limb[i] + low.limb[i];
		n->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* v^power * 2^shift */
static inline struct reference_number reference_power(uint64_t v, int power, int shift)
{
	struct reference_number n = { { 0 } };

	if (shift < 0)
		shift = 0;
	n.limb[shift / 32] = 1u << shift % 32;
	while (power--)
		reference_multiply64(&n, v);
	return n;
}

static inline bool reference_larger(const struct reference_number *a,
				    const struct reference_number *b)
{
	for (int i = REFERENCE_LIMBS - 1; i >= 0; i--)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] > b->limb[i];
	return false;
}

/* The largest integer that is not above unit * 2^(k / 2^schema), which must lie below 2^64. */
static inline uint64_t reference_floor(uint64_t unit, int schema, int k)
{
	const struct reference_number bound = reference_power(unit, 1 << schema, k);
	uint64_t v = 0;

	for (uint64_t bit = 1ull << 63; bit; bit >>= 1) {
		struct reference_number value = reference_power(v | bit, 1 << schema, -k);

		if (!reference_larger(&value, &bound))
			v |= bit;
	}
	return v;
}

#endif
