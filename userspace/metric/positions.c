// SPDX-License-Identifier: GPL-2.0-only
/* Open addressing over positions, and the hash it is used with. */
#include "metric/positions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SLOTS_MIN 16

void positions_release(struct positions *x)
{
	free(x->slot);
	*x = (struct positions){ 0 };
}

int positions_reset(struct positions *x, size_t n)
{
	size_t slots = SLOTS_MIN;

	while (slots < 2 * n)
		slots *= 2;
	if (!x->slot || slots - 1 != x->mask) {
		uint32_t *slot = reallocarray(x->slot, slots, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		x->slot = slot;
		x->mask = (uint32_t)(slots - 1);
	}
	memset(x->slot, 0xff, slots * sizeof(*x->slot));
	return 0;
}

size_t positions_memory(const struct positions *x)
{
	return x->slot ? (x->mask + (size_t)1) * sizeof(*x->slot) : 0;
}

void positions_add(struct positions *x, uint32_t hash, uint32_t position)
{
	uint32_t at, p;

	for (p = positions_first(x, hash, &at); p != POSITION_NONE;)
		p = positions_next(x, &at);
	x->slot[at] = position;
}

/* The 128-bit product folded: every bit of both factors reaches every bit of the result. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint32_t positions_hash(uint64_t seed, const void *bytes, size_t n)
{
	const uint64_t odd = 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */
	uint64_t h = seed ^ n, word;
	const char *p = bytes;

	for (; n > sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = fold(h ^ word, odd ^ seed);
	}
	word = 0;
	memcpy(&word, p, n);
	h = fold(h ^ word, odd ^ seed);
	h = fold(h, odd);
	return (uint32_t)(h ^ h >> 32);
}

uint64_t positions_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)time(NULL) ^ (uintptr_t)&seed;
	return seed;
}
