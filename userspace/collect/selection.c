// SPDX-License-Identifier: GPL-2.0-only
/* Two rows of flags. */
#include "collect/selection.h"

#include <stdlib.h>
#include <string.h>

struct selection *selection_new(size_t nr_collectors, size_t nr_families)
{
	struct selection *s = calloc(1, sizeof(*s) + nr_collectors + nr_families);

	if (s) {
		s->nr_collectors = nr_collectors;
		s->nr_families = nr_families;
	}
	return s;
}

struct selection *selection_copy(const struct selection *s)
{
	const size_t size = s ? sizeof(*s) + s->nr_collectors + s->nr_families : 0;
	struct selection *copy = s ? malloc(size) : NULL;

	return copy ? memcpy(copy, s, size) : NULL;
}

bool selection_equal(const struct selection *a, const struct selection *b)
{
	if (!a || !b)
		return a == b;
	return a->nr_collectors == b->nr_collectors && a->nr_families == b->nr_families &&
	       a->whole == b->whole &&
	       !memcmp(a->chosen, b->chosen, a->nr_collectors + a->nr_families);
}
