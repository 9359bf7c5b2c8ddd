/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to attach a program, each a row of one table, told by the section's name: "tp_btf/sched_switch". */
#ifndef KERNEL_ATTACH_H
#define KERNEL_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>

#include "base/error.h"
#include "kernel/features.h"

struct bpf_link;
struct bpf_program;

struct attach_way {
	const char *prefix; /* of the section's name; what follows is the target */
	const char *name; /* as people read it */
	enum bpf_prog_type type;
	enum bpf_attach_type expected;
	/* Whether this kernel has the target, else why not; NULL: only a trial can tell. */
	bool (*exists)(const struct features *f, const char *target, struct error *why);
	/* What in the kernel's BTF the program is verified against and attaches to; NULL: nothing. */
	uint32_t (*btf_id)(const struct features *f, const char *target);
	/* NULL and errno where it fails. The link holds the program attached; it outlives the bpf_object. */
	struct bpf_link *(*attach)(const struct bpf_program *p, const char *target);
};

/* All rows. */
const struct attach_way *attach_ways(size_t *count);
/* The row of a section's name, and where in the name the target begins; NULL where there is none. */
const struct attach_way *attach_find(const char *section, const char **target);

#endif
