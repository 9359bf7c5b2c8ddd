// SPDX-License-Identifier: GPL-2.0-only
/* Takes percent-encoded text apart. */
#include "serve/percent.h"

#include <errno.h>
#include <string.h>

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | (c >= 'A' && c <= 'F' ? 0x20 : 0)) : NULL;

	return at ? (int)(at - digits) : -1;
}

int percent_decode(const char *raw, size_t length, char plus, char *out, size_t capacity)
{
	size_t i, n = 0;
	int high, low;

	if (!capacity)
		return -ENAMETOOLONG;
	for (i = 0; i < length; i++) {
		if (n + 1 >= capacity)
			return -ENAMETOOLONG;
		if (raw[i] != '%') {
			out[n] = raw[i];
			if (raw[i] == '+')
				out[n] = plus;
			n++;
			continue;
		}
		high = i + 2 < length ? hex(raw[i + 1]) : -1;
		low = i + 2 < length ? hex(raw[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return -EINVAL;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	out[n] = '\0';
	return (int)n;
}
