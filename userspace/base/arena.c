// SPDX-License-Identifier: GPL-2.0-only
/* A list of blocks, filled from the front; what does not fit into a block gets one of its own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 2048 /* bytes: an object's description takes one to three of them */

struct block {
	struct block *next;
	size_t used, capacity;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* the first one has room */
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static void *arena_take(struct arena *a, size_t bytes)
{
	const size_t align = _Alignof(max_align_t);
	struct block *b = a->blocks;
	size_t capacity;
	void *taken;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + align - 1) / align * align;
	if (!b || b->capacity - b->used < bytes) {
		capacity = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
		b = calloc(1, sizeof(*b) + capacity);
		if (!b)
			return NULL;
		b->capacity = capacity;
		b->next = a->blocks;
		a->blocks = b;
	}
	taken = b->bytes + b->used;
	b->used += bytes;
	return taken;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_take(a, bytes);
}

char *arena_string(struct arena *a, const char *s, size_t length)
{
	char *copy = length < SIZE_MAX ? arena_take(a, length + 1) : NULL;

	if (copy)
		memcpy(copy, s, length);
	return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;
	char *s = NULL;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0)
		s = arena_take(a, (size_t)n + 1);
	if (s)
		vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	va_end(args);
	return s;
}
