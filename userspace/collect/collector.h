/* SPDX-License-Identifier: GPL-2.0-only */
/* One collector: description, object in the kernel, readers, decoders and tables, from bytes to samples. */
#ifndef COLLECT_COLLECTOR_H
#define COLLECT_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "metric/family.h"

struct collector;
struct description;
struct experiments;
struct features;
struct program_status;

enum collector_state {
	COLLECTOR_DISABLED, /* by default or by a flag */
	COLLECTOR_REFUSED, /* its description is wrong, or a name is taken */
	COLLECTOR_UNAVAILABLE, /* this kernel cannot run it */
	COLLECTOR_RUNNING,
	COLLECTOR_STATES,
};

/* Reads the description only. `name` (of the file) and `elf` are borrowed; elf may go after collector_load. A refused description still gives a
 * collector (state REFUSED, reason set), so that it can be listed; NULL only without memory. */
struct collector *collector_new(const char *file, const void *elf, size_t size);
void collector_free(struct collector *c);

/* The description's. Where refused: the file, since the name may be another one's. */
const char *collector_name(const struct collector *c);
/* What it asks to be called: the description's name, or the file's without .bpf.o. */
const char *collector_wanted_name(const struct collector *c);
const struct description *collector_description(const struct collector *c); /* NULL where refused */
enum collector_state collector_state(const struct collector *c);
/* "running", "unavailable", ... */
const char *collector_state_name(enum collector_state state);
const char *collector_reason(const struct collector *c); /* "" when running */
void collector_enable(struct collector *c, bool on);
/* Alternatives that are attached this way ("kprobe") or have this name come first. Borrowed until loading. */
void collector_prefer(struct collector *c, const char *way);
void collector_refuse(struct collector *c, const char *reason);
/* The text of a parameter from the command line; kept until loading. -ENOENT, -EINVAL with *e. */
int collector_set_parameter(struct collector *c, const char *name, const char *text,
			    struct error *e);

/* Load, attach, prepare reading. The experiments outlive the collector. Safe to call for several collectors at once from several threads. */
int collector_load(struct collector *c, const struct features *f, struct experiments *x,
		   struct error *e);
/* Read into their tables the maps of which a family is wanted: `wanted` is parallel to the families, or
 * NULL for all. 0 or -errno with *e: then none of them may be exposed. */
int collector_collect(struct collector *c, const bool *wanted, struct error *e);

/* Families that run here, `absent` set for those whose event does not. Stable after loading. */
size_t collector_families(const struct collector *c, const struct family **out);

/* ---- what the metrics about ourselves want to know ---- */
size_t collector_programs(const struct collector *c, const struct program_status **out);
struct map_status {
	const char *name;
	size_t entries, max_entries;
	size_t merged; /* entries added to others of the same labels */
	bool open; /* what it holds depends on what happens; false for a table with a slot for each series */
	uint64_t dropped; /* series over the table's ceiling */
};
/* Maps of the description once loaded; false for one without metrics or not created on this kernel. */
size_t collector_maps(const struct collector *c);
bool collector_map(const struct collector *c, size_t i, struct map_status *out);
/* Events that its metrics show: those of the family with the most, since several may show one event. Never falls, though
 * series may go. To be asked once a scrape, of what the last one read. */
uint64_t collector_events(struct collector *c);
/* Events lost by cause i, and the cause's name; NULL past the last. */
const char *collector_lost(const struct collector *c, size_t i, uint64_t *events);

#endif
