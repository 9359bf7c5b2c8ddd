// SPDX-License-Identifier: GPL-2.0-only
/* A hash with open addressing, at most half full, over names that lie one after the other. */
#include "base/namecache.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define START_BITS 6

struct slot {
	uint64_t number;
	size_t name; /* offset and one; 0: free */
};

struct namecache {
	struct slot *slots;
	unsigned int bits; /* of the number of slots */
	size_t nr, ceiling;
	struct buffer names;
};

struct namecache *namecache_new(size_t names, size_t bytes)
{
	struct namecache *c = calloc(1, sizeof(*c));

	if (c) {
		c->ceiling = names;
		c->names.ceiling = bytes;
	}
	return c;
}

void namecache_clear(struct namecache *c)
{
	free(c->slots);
	c->slots = NULL;
	c->nr = 0;
	buffer_release(&c->names);
}

void namecache_free(struct namecache *c)
{
	if (!c)
		return;
	namecache_clear(c);
	free(c);
}

/* The number's slot, or the free one where it belongs. */
static struct slot *slot_of(struct slot *slots, unsigned int bits, uint64_t number)
{
	const size_t mask = ((size_t)1 << bits) - 1;
	/* Fibonacci hashing: numbers that differ in low bits have products that do in high ones. */
	size_t i = (number * 0x9e3779b97f4a7c15ULL) >> (64 - bits);

	while (slots[i].name && slots[i].number != number)
		i = (i + 1) & mask;
	return &slots[i];
}

const char *namecache_find(const struct namecache *c, uint64_t number)
{
	const struct slot *s = c->slots ? slot_of(c->slots, c->bits, number) : NULL;

	return s && s->name ? c->names.data + s->name - 1 : NULL;
}

bool namecache_has_room(const struct namecache *c, size_t length)
{
	return c->nr < c->ceiling && length < c->names.ceiling - c->names.length;
}

static bool grow(struct namecache *c)
{
	unsigned int bits = c->slots ? c->bits + 1 : START_BITS;
	struct slot *slots = calloc((size_t)1 << bits, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; c->slots && i < (size_t)1 << c->bits; i++)
		if (c->slots[i].name)
			*slot_of(slots, bits, c->slots[i].number) = c->slots[i];
	free(c->slots);
	c->slots = slots;
	c->bits = bits;
	return true;
}

void namecache_put(struct namecache *c, uint64_t number, const char *name)
{
	const size_t length = strlen(name);
	struct slot *s;

	if (namecache_find(c, number))
		return;
	if (!namecache_has_room(c, length))
		namecache_clear(c);
	if (!namecache_has_room(c, length))
		return;
	if ((!c->slots || c->nr >= (size_t)1 << (c->bits - 1)) && !grow(c))
		return;
	s = slot_of(c->slots, c->bits, number);
	buffer_append(&c->names, name, length + 1);
	if (c->names.failed) {
		namecache_clear(c);
		return;
	}
	*s = (struct slot){ .number = number, .name = c->names.length - length };
	c->nr++;
}
