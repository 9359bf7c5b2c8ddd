/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a program, and what the kernel tells of a loaded one. */
#ifndef LOAD_PROGRAM_H
#define LOAD_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "describe/description.h"

enum program_state {
	PROGRAM_ATTACHED,
	PROGRAM_NOT_CHOSEN, /* a better alternative runs */
	PROGRAM_UNAVAILABLE, /* this kernel cannot run it; `reason` says why */
	PROGRAM_NOT_NEEDED, /* switched off by a parameter */
};

struct program_status {
	const struct program_description *description;
	const char *section; /* "tp_btf/sched_switch" */
	const char *way; /* "tp_btf", "raw_tp", "tracepoint", ... */
	const char *target; /* "sched_switch" */
	enum program_state state;
	const char *reason; /* "" when attached */
	int fd; /* -1 unless attached */
	int link_fd; /* of the link, where the kernel counts in it what it skips; else -1 */
	uint32_t id; /* of the kernel; 0 unless attached */
};

/* Whether a link tells how often its kprobe was skipped (6.7 and newer). */
bool program_link_tells(int link_fd);
/* Runs of an attached program that the kernel skipped: because the program, or its kind, ran on that CPU already (5.12
 * and newer; of kprobes and classic tracepoints 6.7, dd8657894c11), and what its link tells. 0 or -errno. */
int program_missed(const struct program_status *p, uint64_t *missed);

#endif
