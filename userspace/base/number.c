// SPDX-License-Identifier: GPL-2.0-only
/* Digit by digit, so that nothing but digits passes and nothing overflows. */
#include "base/number.h"

#include <errno.h>
#include <string.h>

#define HEX_DIGITS 16 /* of 64 bits */

int number_parse_bytes(const char *text, size_t length, uint64_t max, uint64_t *out)
{
	int err = length ? 0 : -EINVAL;
	uint64_t n = 0;

	for (size_t i = 0; i < length; i++) {
		const uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';

		if (digit > 9)
			return -EINVAL;
		if (digit > max || n > (max - digit) / 10)
			err = -ERANGE;
		n = n * 10 + digit;
	}
	if (!err)
		*out = n;
	return err;
}

int number_parse(const char *text, uint64_t max, uint64_t *out)
{
	return number_parse_bytes(text, strlen(text), max, out);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *number_hex(const char *at, const char *end, uint64_t *out)
{
	uint64_t n = 0;

	for (int i = 0; i < HEX_DIGITS && at < end && hex_value(*at) >= 0; i++)
		n = n << 4 | (uint64_t)hex_value(*at++);
	*out = n;
	return at;
}
