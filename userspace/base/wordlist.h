/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of words as flags take them: "sched,block". */
#ifndef BASE_WORDLIST_H
#define BASE_WORDLIST_H

#include <stddef.h>
#include <string.h>

/* The next word, of *length bytes and not ended by NUL; *list then begins behind it. NULL at the end, where *list is
 * NULL, too. Words may be empty: "a," has two. Points into the list. */
static inline const char *wordlist_next(const char **list, size_t *length)
{
	const char *word = *list;

	if (!word)
		return NULL;
	*length = strcspn(word, ",");
	*list = word[*length] ? word + *length + 1 : NULL;
	return word;
}

#endif
