/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is given back all at once: strings and arrays of one thing's life. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* n zeroed elements of `size` bytes, aligned for any type; NULL without memory or where n * size overflows. n may be 0. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy ended by NUL; NULL without memory. */
char *arena_string(struct arena *a, const char *s, size_t length);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
