/* SPDX-License-Identifier: GPL-2.0-only */
/* One collector's BPF object in the kernel: opened, its alternatives chosen by what this kernel can do,
 * loaded, attached; then only file descriptors and memory-mapped values remain.
 */
#ifndef KERNEL_OBJECT_H
#define KERNEL_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/description.h"

struct object;
struct features; /* kernel/features.h: what this kernel can do; shared by all objects */

enum program_state {
	PROGRAM_ATTACHED,
	PROGRAM_NOT_CHOSEN, /* a better alternative runs */
	PROGRAM_UNAVAILABLE, /* this kernel cannot run it; `reason` says why */
	PROGRAM_NOT_NEEDED, /* switched off by a parameter */
};

/* What became of one program. */
struct program_status {
	const struct program_description *description;
	const char *section; /* "tp_btf/sched_switch" */
	const char *way; /* "tp_btf", "raw_tp", "tracepoint", ... */
	const char *target; /* "sched_switch" */
	enum program_state state;
	const char *reason; /* "" when attached */
	int fd; /* -1 unless attached */
	uint32_t id; /* of the kernel; 0 unless attached */
};

struct object_options {
	/* Value of a parameter before loading. Called for each parameter of the description, with
	 * `bytes` (p->size of them) holding the object's default, to be left or overwritten; returns 0, or
	 * -errno with *e. NULL: the defaults. */
	int (*parameter)(void *context, const struct parameter_description *p, void *bytes,
			 struct error *e);
	void *context;
	bool keep_log; /* print the verifier's whole log at debug level */
};

/* Load and attach. `elf` must live until this returns; `d` as long as the object. Where a chosen program fails to load or attach, the next
 * alternative of its event is tried. 0; or -errno with the reason where nothing of the collector can run (then *out is
 * still set, so that object_programs() can tell why; release it all the same). */
int object_load(struct object **out, const char *file, const void *elf, size_t size,
		const struct description *d, const struct features *f,
		const struct object_options *o, struct error *e);
void object_free(struct object *o); /* detaches and closes all */

size_t object_programs(const struct object *o, const struct program_status **out);
/* Whether the event that feeds a metric runs; "" asks for the whole collector. `reason` may be NULL. */
bool object_event_runs(const struct object *o, const char *event, const char **reason);
/* File descriptor of a map by the description's name; -1 where it was not created. Owned by the object. */
int object_map_fd(const struct object *o, const struct map_description *m);
/* The .bss of the object, mapped read-only and live; NULL where there is none. */
const void *object_bss(const struct object *o, size_t *size);

#endif
