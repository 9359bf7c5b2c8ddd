/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics about ourselves: bpf_exporter_* and process_*, made of the same families and tables. */
#ifndef COLLECT_SELF_H
#define COLLECT_SELF_H

#include "collect/registry.h"

struct self;

/* What only the application knows. Borrowed, for as long as the metrics live. */
struct self_facts {
	const char *version, *revision;
	const char *const *sandbox_parts; /* names of what may hold */
	const bool *sandbox_holds; /* which of them do, at each scrape */
	size_t nr_sandbox_parts;
};

/* Adds its families to the registry; all collectors are loaded by then. `programs`: those of each BPF program, too. NULL
 * without memory. */
struct self *self_new(struct registry *r, const struct self_facts *facts, bool programs);
void self_free(struct self *s);
/* Fill in the figures of now; called after registry_collect. Where /proc cannot be read, process_* are absent. */
void self_refresh(void *self);

#endif
