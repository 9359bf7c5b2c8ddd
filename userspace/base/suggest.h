/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean ...?": the candidate that a misspelt word most likely stands for. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/* The closest of the candidates (NULL-terminated), the first of equals; NULL where none is close
 * enough to be meant: at most one slip in three letters, where a slip is a letter missing, added,
 * wrong or swapped with its neighbour. Letter case does not count. Returns one of `candidates`. */
const char *suggest(const char *word, const char *const *candidates);

/* "; did you mean 'NAME'?", or "" where none is close enough. */
#define SUGGEST_HINT 128
void suggest_hint(const char *word, const char *const *candidates, char hint[SUGGEST_HINT]);

#endif
