/* SPDX-License-Identifier: GPL-2.0-only */
/* Integers as decimal text, for writers that have reserved their room.
 *
 * Eight digits are made at once in the bytes of a word, without a branch: how many digits the numbers of an exposition
 * have cannot be predicted, and a wrong guess costs more than all the arithmetic.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the first digit is the lowest byte of a word"
#endif

#define DIGITS_MAX 20 /* of UINT64_MAX */
#define DIGITS_EIGHT 100000000U /* 10^8 */
#define DIGITS_BILLION 1000000000U
#define DIGITS_SECONDS_MAX (DIGITS_MAX + 1 + 9)

/* The eight digits of v < 10^8 as values 0 to 9, the first in the lowest byte. Each step divides every lane of the
 * word by a power of ten d (multiplying with a rounded reciprocal that is exact below its limit), and parts it into the
 * quotient q and, above it, the remainder: q + ((x - d * q) << k), which is (x << k) - q * ((d << k) - 1). */
static inline uint64_t digits_eight(uint32_t v)
{
	uint64_t x = v, q = v / 10000;

	x = (x << 32) - q * ((10000ULL << 32) - 1); /* two lanes below 10000 */
	q = (x * 10486 >> 20) & 0x0000007f0000007f;
	x = (x << 16) - q * ((100 << 16) - 1); /* four lanes below 100 */
	q = (x * 103 >> 10) & 0x000f000f000f000f;
	return (x << 8) - q * ((10 << 8) - 1);
}

static inline void digits_store(char *out, uint64_t digits)
{
	digits |= 0x3030303030303030;
	memcpy(out, &digits, sizeof(digits));
}

/* Write v < 10^8 without leading zeros; eight bytes are touched. Returns the end. */
static inline char *digits_write_small(char *out, uint32_t v)
{
	uint64_t digits = digits_eight(v);
	/* The last digit stays, also where it is 0. */
	unsigned int zeros = (unsigned int)__builtin_ctzll(digits | 1ULL << 56) / 8;

	digits_store(out, digits >> 8 * zeros);
	return out + 8 - zeros;
}

/* Write v to out[DIGITS_MAX], which may be touched whole; returns the end. */
static inline char *digits_write(char *out, uint64_t v)
{
	const uint64_t high = v / DIGITS_EIGHT;

	if (v < DIGITS_EIGHT)
		return digits_write_small(out, (uint32_t)v);
	if (high < DIGITS_EIGHT) {
		out = digits_write_small(out, (uint32_t)high);
	} else {
		out = digits_write_small(out, (uint32_t)(high / DIGITS_EIGHT));
		digits_store(out, digits_eight((uint32_t)(high % DIGITS_EIGHT)));
		out += 8;
	}
	digits_store(out, digits_eight((uint32_t)(v % DIGITS_EIGHT)));
	return out + 8;
}

/* Write nanoseconds as decimal seconds, exact, without trailing zeros, to out[DIGITS_SECONDS_MAX], which may be touched
 * whole; returns the end. */
static inline char *digits_write_seconds(char *out, uint64_t ns)
{
	const uint32_t fraction = (uint32_t)(ns % DIGITS_BILLION);
	uint64_t digits;

	out = digits_write(out, ns / DIGITS_BILLION);
	if (!fraction)
		return out;
	*out++ = '.';
	*out++ = (char)('0' + fraction / DIGITS_EIGHT);
	digits = digits_eight(fraction % DIGITS_EIGHT);
	digits_store(out, digits);
	/* The last digit is in the highest byte. */
	return digits ? out + 8 - (unsigned int)__builtin_clzll(digits) / 8 : out;
}

#endif
