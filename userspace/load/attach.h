/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to attach a program, each a row of one table, told by the section's name: "tp_btf/sched_switch". */
#ifndef LOAD_ATTACH_H
#define LOAD_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>

#include "base/error.h"
#include "load/attachment.h"
#include "load/features.h"
#include "load/preemption_state.h"
#include "load/witness_state.h"

struct bpf_program;

struct attach_way {
	const char *prefix; /* of the section's name; what follows is the target */
	const char *name; /* as people read it */
	enum bpf_prog_type type;
	enum bpf_attach_type expected;
	/* What is asked of BTF about the target, as in NEEDS(), up to its name: "function:". NULL: nothing. */
	const char *question;
	/* What else is asked; NULL: nothing, only a trial can tell. */
	bool (*exists)(const struct features *f, const char *target, struct error *why);
	/* 0 or -errno; what was attached so far stays in the attachment, which outlives the bpf_object. */
	int (*attach)(const struct bpf_program *p, const char *target, const struct features *f,
		      struct attachment *a);
	const char *absent; /* what -ENOENT means then; NULL: no more than that */
	bool at_end; /* of a function: attached before what is at beginnings */
	bool needs_object; /* the bpf_object must outlive the attachment */
	enum preemption_site site;
	unsigned int probes; /* 1 << enum probe: what must see its events for this one to see any */
};

/* All rows. */
const struct attach_way *attach_ways(size_t *count);
/* The row of a section's name, and where in the name the target begins; NULL where there is none. */
const struct attach_way *attach_find(const char *section, const char **target);

/* Whether this kernel has the target, as far as it can be known before loading; else why not. */
bool attach_possible(const struct attach_way *way, const struct features *f, const char *target,
		     struct error *why);
/* Whether programs run when they are read (load/iterate.h) and not by themselves. */
bool attach_is_iterator(const struct attach_way *way);
/* Whether programs are verified against their target, and what that is in BTF: 0 or -errno. */
bool attach_is_typed(const struct attach_way *way);
int attach_place(const struct attach_way *way, const struct features *f, const char *target,
		 struct features_place *out);

#endif
