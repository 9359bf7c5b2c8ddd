// SPDX-License-Identifier: GPL-2.0-only
/* Sums of buckets, and their bounds as text. */
#include "metric/scheme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* decimal digits that tell any two doubles apart */

/* With the width of an octave as a constant, which is what makes it fast. */
static inline void cumulate(const uint64_t *bucket, uint64_t *upto, unsigned int octaves,
			    unsigned int width)
{
	uint64_t n = *bucket++;
	unsigned int i, k;

	*upto++ = n;
	for (i = 1; i < octaves; i++) {
#pragma GCC unroll 8
		for (k = 0; k < width; k++)
			n += *bucket++;
		*upto++ = n;
	}
	*upto = n + *bucket;
}

void scheme_cumulate(const struct scheme *s, const uint64_t *buckets,
		     uint64_t upto[SCHEME_BOUNDS_MAX])
{
	const unsigned int octaves = scheme_octaves(s);

	_Static_assert(BUCKET_SCHEMA_MAX == 3, "a case each");
	switch (s->schema) {
	case 0:
		return cumulate(buckets, upto, octaves, 1);
	case 1:
		return cumulate(buckets, upto, octaves, 2);
	case 2:
		return cumulate(buckets, upto, octaves, 4);
	default:
		return cumulate(buckets, upto, octaves, 8);
	}
}

/* The shortest digits that read back as v, without trailing zeros; v = 0.d1d2d3... * 10^(*point). */
static int shortest_digits(double v, char digits[DIGITS_MAX + 1], int *point)
{
	char text[32];
	int n = 0;

	do {
		snprintf(text, sizeof(text), "%.*e", n++, v);
	} while (strtod(text, NULL) != v);
	digits[0] = text[0];
	memcpy(digits + 1, text + 2, (size_t)n - 1); /* beyond the decimal point */
	digits[n] = '\0';
	*point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
	return n;
}

/* As Go's strconv does with format 'g' and precision -1, which Prometheus's clients print `le` with. A power
 * of two has no decimal point and no trailing zero where it is 1 or more. */
unsigned int scheme_format_bound(int exponent, char out[32])
{
	char d[DIGITS_MAX + 1];
	int point, n = shortest_digits(ldexp(1, exponent), d, &point), length;

	if (point <= -4 || point > 6)
		length = snprintf(out, 32, "%c%s%se%c%02d", d[0], n > 1 ? "." : "", d + 1,
				  point < 1 ? '-' : '+', abs(point - 1));
	else
		length = snprintf(out, 32, "%s%.*s%s", point <= 0 ? "0." : "",
				  point < 0 ? -point : 0, "000", d);
	return (unsigned int)length;
}
