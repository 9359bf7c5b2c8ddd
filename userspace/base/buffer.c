// SPDX-License-Identifier: GPL-2.0-only
/* Growing runs of bytes, and numbers as text. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"

#define BUFFER_START 256

void buffer_release(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ .ceiling = b->ceiling };
}

void buffer_clear(struct buffer *b)
{
	b->length = 0;
	b->failed = false;
}

bool buffer_grow(struct buffer *b, size_t n)
{
	size_t capacity = b->capacity ? b->capacity : BUFFER_START;
	char *data;

	if (b->failed || n > b->ceiling || b->length > b->ceiling - n)
		goto fail;
	while (capacity - b->length < n)
		capacity *= 2;
	if (capacity > b->ceiling)
		capacity = b->ceiling;
	data = realloc(b->data, capacity);
	if (!data)
		goto fail;
	b->data = data;
	b->capacity = capacity;
	return true;
fail:
	b->failed = true;
	return false;
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0 || !buffer_reserve(b, (size_t)n + 1))
		return;
	va_start(args, format);
	vsnprintf(b->data + b->length, (size_t)n + 1, format, args);
	va_end(args);
	b->length += (size_t)n;
}

void buffer_u64(struct buffer *b, uint64_t v)
{
	char digits[DIGITS_MAX];

	buffer_append(b, digits, (size_t)(digits_write(digits, v) - digits));
}

void buffer_s64(struct buffer *b, int64_t v)
{
	if (v < 0)
		buffer_append(b, "-", 1);
	buffer_u64(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void buffer_seconds(struct buffer *b, uint64_t ns)
{
	char digits[DIGITS_SECONDS_MAX];

	buffer_append(b, digits, (size_t)(digits_write_seconds(digits, ns) - digits));
}
