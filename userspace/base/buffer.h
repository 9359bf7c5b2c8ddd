/* SPDX-License-Identifier: GPL-2.0-only */
/* A growing run of bytes with a ceiling; a writer checks once at the end whether all fitted.
 *
 * After a failed append (memory or ceiling) the buffer is `failed`: later appends do nothing, and the
 * content must be thrown away. A zeroed buffer with a ceiling is valid and can be released.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
	char *data;
	size_t length;
	size_t capacity;
	size_t ceiling; /* bytes; 0 means none allowed */
	bool failed;
};

#define BUFFER_INIT(ceiling_)         \
	{                             \
		.ceiling = (ceiling_) \
	}

void buffer_release(struct buffer *b);
/* Forget the content and the failure, keep the memory. */
void buffer_clear(struct buffer *b);
/* Room for n more bytes at data + length, or false (and failed). The fast path of every writer. */
bool buffer_grow(struct buffer *b, size_t n);

static inline bool buffer_reserve(struct buffer *b, size_t n)
{
	return b->capacity - b->length >= n || buffer_grow(b, n);
}

static inline void buffer_append(struct buffer *b, const void *bytes, size_t n)
{
	if (!n || !buffer_reserve(b, n))
		return;
	memcpy(b->data + b->length, bytes, n);
	b->length += n;
}

static inline void buffer_puts(struct buffer *b, const char *s)
{
	buffer_append(b, s, strlen(s));
}

void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_u64(struct buffer *b, uint64_t v);
void buffer_s64(struct buffer *b, int64_t v);
/* Nanoseconds as decimal seconds, exact, without trailing zeros: 1500000000 -> "1.5". */
void buffer_seconds(struct buffer *b, uint64_t ns);

#endif
