/* SPDX-License-Identifier: GPL-2.0-only */
/* Protobuf's wire format, for writers that have reserved their room: each returns the end of what it wrote.
 *
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "a double's lowest byte comes first"
#endif

/* A field's key: its number, and how its value is written. */
#define WIRE_VARINT(number) ((number) << 3)
#define WIRE_DOUBLE(number) ((number) << 3 | 1)
#define WIRE_BYTES(number) ((number) << 3 | 2)

#define WIRE_KEY_MAX 2 /* up to field 2047 */
#define WIRE_VARINT_MAX 10
#define WIRE_FIELD_MAX (WIRE_KEY_MAX + WIRE_VARINT_MAX) /* of a number or double, or before bytes */

static inline size_t wire_varint_size(uint64_t v)
{
	return (size_t)(70 - __builtin_clzll(v | 1)) / 7;
}

static inline char *wire_varint(char *at, uint64_t v)
{
	for (; v > 127; v >>= 7)
		*at++ = (char)(v | 128);
	*at++ = (char)v;
	return at;
}

/* What a sint32 or sint64 is written as. */
static inline uint64_t wire_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static inline char *wire_number(char *at, unsigned int key, uint64_t v)
{
	return wire_varint(wire_varint(at, key), v);
}

static inline char *wire_double(char *at, unsigned int key, double v)
{
	at = wire_varint(at, key);
	memcpy(at, &v, sizeof(v));
	return at + sizeof(v);
}

/* What stands before n bytes, and the bytes. */
static inline char *wire_bytes(char *at, unsigned int key, const void *bytes, size_t n)
{
	at = wire_number(at, key, n);
	memcpy(at, bytes, n);
	return at + n;
}

#endif
