/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in an array an element of a given hash may stand: open addressing over positions.
 *
 * The caller keeps the elements and compares them; nothing is taken out, the whole is cleared and filled anew.
 */
#ifndef METRIC_POSITIONS_H
#define METRIC_POSITIONS_H

#include <stddef.h>
#include <stdint.h>

#define POSITION_NONE UINT32_MAX

struct positions {
	uint32_t *slot; /* POSITION_NONE where it is free */
	uint32_t mask; /* slots - 1, a power of two; at least half of them are free */
};

void positions_release(struct positions *x);
/* Become empty, with room for n positions (n up to 2^30). -ENOMEM: as it was. */
int positions_reset(struct positions *x, size_t n);
size_t positions_memory(const struct positions *x);

/* Walk the candidates of a hash: for (p = positions_first(x, hash, &at); p != POSITION_NONE; p = positions_next(x, &at)) */
static inline uint32_t positions_first(const struct positions *x, uint32_t hash, uint32_t *at)
{
	*at = hash & x->mask;
	return x->slot[*at];
}

static inline uint32_t positions_next(const struct positions *x, uint32_t *at)
{
	*at = (*at + 1) & x->mask;
	return x->slot[*at];
}

void positions_add(struct positions *x, uint32_t hash, uint32_t position);

/* A hash of n bytes that cannot be steered by who does not know the seed: keys come from foreign processes. */
uint32_t positions_hash(uint64_t seed, const void *bytes, size_t n);
uint64_t positions_seed(void);

#endif
