// SPDX-License-Identifier: GPL-2.0-only
/* Well-formed UTF-8 as in table 3-7 of the Unicode standard: no overlong form, no surrogate. */
#include "base/utf8.h"

#include <stdint.h>

size_t utf8_sequence(const char *s, size_t n)
{
	const uint8_t *b = (const uint8_t *)s;
	/* First byte from..to, bytes in all, the second byte's range; all others are 80..bf. */
	static const struct {
		uint8_t from, to, length, low, high;
	} forms[] = {
		{ 0x00, 0x7f, 1, 0x80, 0xbf }, { 0xc2, 0xdf, 2, 0x80, 0xbf },
		{ 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
		{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
		{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf },
		{ 0xf4, 0xf4, 4, 0x80, 0x8f },
	};

	for (size_t f = 0; n && f < sizeof(forms) / sizeof(forms[0]); f++) {
		if (b[0] < forms[f].from || b[0] > forms[f].to)
			continue;
		if (forms[f].length > n)
			return 0;
		for (size_t i = 1; i < forms[f].length; i++)
			if (b[i] < (i == 1 ? forms[f].low : 0x80) ||
			    b[i] > (i == 1 ? forms[f].high : 0xbf))
				return 0;
		return forms[f].length;
	}
	return 0;
}
