// SPDX-License-Identifier: GPL-2.0-only
/* Bucket bounds as text. */
#include "metric/scheme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* decimal digits that tell any two doubles apart */

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
