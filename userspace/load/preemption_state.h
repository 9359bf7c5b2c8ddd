/* SPDX-License-Identifier: GPL-2.0-only */
/* What bpf/preemption.bpf.c and preemption.c share: the program's .bss. */
#ifndef LOAD_PREEMPTION_STATE_H
#define LOAD_PREEMPTION_STATE_H

struct preemption_state {
	unsigned int thread; /* whose run at the tracepoint counts */
	unsigned int function, tracepoint; /* enum preemption_outcome */
};

/* Where programs run. */
enum preemption_site { SITE_UNPREEMPTED, SITE_FUNCTION, SITE_TRACEPOINT };

enum preemption_outcome {
	PREEMPTION_UNTRIED,
	PREEMPTION_NONE, /* stayed on its CPU for several ticks, though another task wanted it */
	PREEMPTION_SEEN,
};

#endif
