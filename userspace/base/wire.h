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
#define WIRE_FIELD_MAX \
	((size_t)WIRE_KEY_MAX + WIRE_VARINT_MAX) /* of a number or double, or before bytes */

static inline size_t wire_varint_size(uint64_t v)
{
	/* (bits + 6) / 7 without dividing by it: exact for 1 to 64 bits. */
	return (9 * (63u ^ (unsigned int)__builtin_clzll(v | 1)) + 73) / 64;
}

/* Seven bits of v a byte, v < 2^56, each step parting every lane of the word in two: its upper half moves up by k bits
 * as 2^k - 1 times itself is added. */
static inline uint64_t wire_spread(uint64_t v)
{
	v += 15 * (v & 0x00fffffff0000000);
	v += 3 * (v & 0x0fffc0000fffc000);
	return v + (v & 0x3f803f803f803f80);
}

/* Touches up to WIRE_VARINT_MAX bytes, however few the number takes. Without a branch for all but the largest: how
 * long the numbers of an exposition are cannot be predicted. */
static inline char *wire_varint(char *at, uint64_t v)
{
	uint64_t bytes;
	size_t n;

	if (v >> 7 * sizeof(bytes)) {
		for (; v > 127; v >>= 7)
			*at++ = (char)(v | 128);
		*at++ = (char)v;
		return at;
	}
	n = wire_varint_size(v);
	bytes = wire_spread(v) | 0x0080808080808080 >> (-8 * n & 63);
	memcpy(at, &bytes, sizeof(bytes));
	return at + n;
}

static inline char *wire_key(char *at, unsigned int key)
{
	if (key > 127)
		*at++ = (char)(key | 128);
	*at++ = (char)(key > 127 ? key >> 7 : key);
	return at;
}

/* What a sint32 or sint64 is written as. */
static inline uint64_t wire_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

/* A number below 128. */
static inline char *wire_small(char *at, unsigned int key, size_t v)
{
	at = wire_key(at, key);
	*at = (char)v;
	return at + 1;
}

static inline char *wire_number(char *at, unsigned int key, uint64_t v)
{
	return wire_varint(wire_key(at, key), v);
}

static inline char *wire_double(char *at, unsigned int key, double v)
{
	at = wire_key(at, key);
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
