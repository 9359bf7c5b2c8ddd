/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether this kernel preempts programs, found by trial: while a task is preempted within a program, the kernel skips
 * that program for all other tasks of the CPU. Those at functions (fentry, fexit) run with preemption on wherever the
 * kernel has it, those at tracepoints since Linux 7.2; kprobes never do.
 *
 * Takes some milliseconds where programs are preempted; where they are not, one CPU may be busy for 12 ms, or for six
 * ticks. Needs bpf_loop() (Linux 5.17): older kernels are taken not to preempt.
 */
#ifndef LOAD_PREEMPTION_H
#define LOAD_PREEMPTION_H

#include <stdbool.h>

#include "load/preemption_state.h"

struct btfindex;

struct preemption {
	bool at_functions, at_tracepoints;
};

/* 0, or -errno where the trial could not be made; then nothing is said to be preempted. */
int preemption_find(struct preemption *out, const struct btfindex *kernel);

#endif
