// SPDX-License-Identifier: GPL-2.0-only
/* Edit distance with swaps (optimal string alignment), in three rows of the usual matrix. */
#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 64 /* letters; longer words get no suggestion */
#define LETTERS_PER_SLIP 3

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned int rows[3][WORD_MAX + 1];
	unsigned int *above2 = rows[0], *above = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= b_length; j++)
		above[j] = (unsigned int)j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				      above[j - 1] + !same_letter(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]) && above2[j - 2] + 1 < row[j])
				row[j] = above2[j - 2] + 1;
		}
		spare = above2;
		above2 = above;
		above = row;
		row = spare;
	}
	return above[b_length];
}

const char *suggest(const char *word, const char *const *candidates)
{
	const size_t length = strlen(word);
	const unsigned int slips = (unsigned int)length / LETTERS_PER_SLIP;
	unsigned int best = (slips ? slips : 1) + 1;
	const char *found = NULL;

	/* A word of one letter is one slip away from all of its kind. */
	if (length < 2 || length > WORD_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		const size_t n = strlen(*candidates);
		unsigned int d;

		if (n > WORD_MAX)
			continue;
		d = distance(word, length, *candidates, n);
		if (d < best) {
			best = d;
			found = *candidates;
		}
	}
	return found;
}

void suggest_hint(const char *word, const char *const *candidates, char hint[SUGGEST_HINT])
{
	const char *meant = suggest(word, candidates);

	hint[0] = '\0';
	if (meant)
		snprintf(hint, SUGGEST_HINT, "; did you mean '%s'?", meant);
}
