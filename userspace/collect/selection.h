/* SPDX-License-Identifier: GPL-2.0-only */
/* What a scrape asks for: which collectors, and which of their families.
 *
 * Where a selection is wanted, NULL stands for everything.
 */
#ifndef COLLECT_SELECTION_H
#define COLLECT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct selection {
	size_t nr_collectors, nr_families;
	/* Read all maps of the collectors, whatever families: some are about the reading itself. */
	bool whole;
	/* First the collectors, then the families, both by the registry's numbers. */
	bool chosen[];
};

/* Nothing is chosen. NULL without memory; free() it. */
struct selection *selection_new(size_t nr_collectors, size_t nr_families);
/* NULL of NULL, too. */
struct selection *selection_copy(const struct selection *s);
/* Whether two scrapes would show the same. */
bool selection_equal(const struct selection *a, const struct selection *b);

static inline bool *selection_families(struct selection *s)
{
	return s->chosen + s->nr_collectors;
}

static inline bool selection_has_collector(const struct selection *s, size_t i)
{
	return !s || s->chosen[i];
}

static inline bool selection_has_family(const struct selection *s, size_t i)
{
	return !s || s->chosen[s->nr_collectors + i];
}

#endif
