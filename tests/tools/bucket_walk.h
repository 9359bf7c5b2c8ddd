/* SPDX-License-Identifier: GPL-2.0-only */
/* All values where a bucket's index could go wrong, each with the index it must have. */
#ifndef TOOLS_BUCKET_WALK_H
#define TOOLS_BUCKET_WALK_H

#include <bpf_exporter/buckets.h>

#include "bucket_reference.h"

#define WALK_BOUNDS (((BUCKET_EXPONENT_MAX - BUCKET_SECONDS_MIN) << BUCKET_SCHEMA_MAX) + 1)

/* The grid of one unit and schema from the lowest possible exponent to the highest. */
struct walk_grid {
	enum bucket_unit unit;
	int schema, first; /* k of floors[0] */
	int nr;
	uint64_t floors[WALK_BOUNDS];
};

static inline void walk_prepare(struct walk_grid *g, enum bucket_unit unit, int schema)
{
	const int min = unit == SECONDS ? BUCKET_SECONDS_MIN : 0;

	g->unit = unit;
	g->schema = schema;
	g->first = min * (1 << schema);
	g->nr = ((BUCKET_EXPONENT_MAX - min) << schema) + 1;
	for (int i = 0; i < g->nr; i++)
		g->floors[i] =
			reference_floor(unit == SECONDS ? 1000000000 : 1, schema, g->first + i);
}

/* How many of the scheme's bounds v lies above: its index. */
static inline unsigned int walk_index(const struct walk_grid *g, int min, int max, uint64_t v)
{
	const int from = min * (1 << g->schema) - g->first, to = max * (1 << g->schema) - g->first;
	unsigned int index = 0;

	for (int i = from; i <= to; i++)
		index += v > g->floors[i];
	return index;
}

/* Every bound of the grid with the values beside it, every power of two likewise, and the extremes. */
static inline void walk_values(const struct walk_grid *g, void (*visit)(void *, uint64_t), void *x)
{
	for (int i = 0; i < g->nr; i++)
		for (int beside = -1; beside <= 1; beside++)
			visit(x, g->floors[i] + (uint64_t)beside); /* below 0 it is the highest */
	for (int bit = 0; bit < 64; bit++)
		for (int beside = -1; beside <= 1; beside++)
			visit(x, (1ull << bit) + (uint64_t)beside);
	visit(x, UINT64_MAX);
}

#endif
