/* SPDX-License-Identifier: GPL-2.0-only */
/* Protobuf's wire format, for writers that have reserved their room: each returns the end of what it wrote.
 *
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef BASE_PROTOWIRE_H
#define BASE_PROTOWIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "a double's lowest byte comes first"
#endif

/* A field's key: its number, and how its value is written. */
#define PROTOWIRE_VARINT(number) ((number) << 3)
#define PROTOWIRE_DOUBLE(number) ((number) << 3 | 1)
#define PROTOWIRE_BYTES(number) ((number) << 3 | 2)

#define PROTOWIRE_KEY_MAX 2 /* up to field 2047 */
#define PROTOWIRE_VARINT_MAX 10
#define PROTOWIRE_FIELD_MAX          \
	((size_t)PROTOWIRE_KEY_MAX + \
	 PROTOWIRE_VARINT_MAX) /* of a number or double, or before bytes */

static inline size_t protowire_varint_size(uint64_t v)
{
	/* (bits + 6) / 7 without dividing by it: exact for 1 to 64 bits. */
	return (9 * (63u ^ (unsigned int)__builtin_clzll(v | 1)) + 73) / 64;
}

/* Seven bits of v a byte, v < 2^56, each step parting every lane of the word in two: its upper half moves up by k bits
 * as 2^k - 1 times itself is added. */
static inline uint64_t protowire_spread(uint64_t v)
{
	v += 15 * (v & 0x00fffffff0000000);
	v += 3 * (v & 0x0fffc0000fffc000);
	return v + (v & 0x3f803f803f803f80);
}

/* Touches up to PROTOWIRE_VARINT_MAX bytes, however few the number takes. Without a branch for all but the largest: how
 * long the numbers of an exposition are cannot be predicted. */
static inline char *protowire_varint(char *at, uint64_t v)
{
	uint64_t bytes;
	size_t n;

	if (v >> 7 * sizeof(bytes)) {
		for (; v > 127; v >>= 7)
			*at++ = (char)(v | 128);
		*at++ = (char)v;
		return at;
	}
	n = protowire_varint_size(v);
	bytes = protowire_spread(v) | 0x0080808080808080 >> (-8 * n & 63);
	memcpy(at, &bytes, sizeof(bytes));
	return at + n;
}

static inline char *protowire_key(char *at, unsigned int key)
{
	if (key > 127)
		*at++ = (char)(key | 128);
	*at++ = (char)(key > 127 ? key >> 7 : key);
	return at;
}

/* What a sint32 or sint64 is written as. */
static inline uint64_t protowire_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

/* A number below 128. */
static inline char *protowire_small(char *at, unsigned int key, size_t v)
{
	at = protowire_key(at, key);
	*at = (char)v;
	return at + 1;
}

static inline char *protowire_number(char *at, unsigned int key, uint64_t v)
{
	return protowire_varint(protowire_key(at, key), v);
}

static inline char *protowire_double(char *at, unsigned int key, double v)
{
	at = protowire_key(at, key);
	memcpy(at, &v, sizeof(v));
	return at + sizeof(v);
}

/* What stands before n bytes, and the bytes. */
static inline char *protowire_bytes(char *at, unsigned int key, const void *bytes, size_t n)
{
	at = protowire_number(at, key, n);
	memcpy(at, bytes, n);
	return at + n;
}

#endif
