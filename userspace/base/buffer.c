// SPDX-License-Identifier: GPL-2.0-only
/* Growing runs of bytes, and numbers as text. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BUFFER_START 256
#define BUFFER_DIGITS 20 /* of UINT64_MAX */

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

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
				  "25262728293031323334353637383940414243444546474849"
				  "50515253545556575859606162636465666768697071727374"
				  "75767778798081828384858687888990919293949596979899";

/* Write v's digits so that they end before `end`; returns where they begin. */
static char *digits_before(char *end, uint64_t v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, digit_pairs + v * 2, 2);
		return end;
	}
	*--end = (char)('0' + v);
	return end;
}

void buffer_u64(struct buffer *b, uint64_t v)
{
	char digits[BUFFER_DIGITS], *end = digits + sizeof(digits);
	char *start = digits_before(end, v);

	buffer_append(b, start, (size_t)(end - start));
}

void buffer_s64(struct buffer *b, int64_t v)
{
	if (v < 0)
		buffer_append(b, "-", 1);
	buffer_u64(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void buffer_seconds(struct buffer *b, uint64_t ns)
{
	char fraction[10] = ".000000000", *end = fraction + sizeof(fraction);

	buffer_u64(b, ns / 1000000000);
	if (!(ns % 1000000000))
		return;
	digits_before(end, ns % 1000000000);
	while (end[-1] == '0')
		end--;
	buffer_append(b, fraction, (size_t)(end - fraction));
}
