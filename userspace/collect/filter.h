/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that a scrape asks for become a selection. */
#ifndef COLLECT_FILTER_H
#define COLLECT_FILTER_H

#include <stddef.h>

#include "base/error.h"
#include "collect/registry.h"

#define FILTER_NAMES_MAX 64 /* of a kind */

enum filter_kind {
	FILTER_COLLECT, /* only these collectors */
	FILTER_EXCLUDE, /* all but these */
	FILTER_FAMILY, /* only these families */
	FILTER_KINDS,
};

/* Foreign names, borrowed; one that comes twice counts once. */
struct filter {
	const char *names[FILTER_KINDS][FILTER_NAMES_MAX];
	size_t nr[FILTER_KINDS];
};

/* Into *out a selection to be freed, or NULL (everything) where there are no names. What does not come
 * from a collector, the metrics about ourselves, belongs to every selection of collectors; those of them
 * that are about a collector are shown for the chosen ones. A family that there is not is absent, as it
 * is where its collector cannot run. -EINVAL for both kinds of collectors' names, -ENOENT for a collector
 * that there is not or one to collect that does not run, with *e to show to whoever asked; -ENOMEM. */
int filter_select(const struct filter *f, const struct registry *r, struct selection **out,
		  struct error *e);

#endif
