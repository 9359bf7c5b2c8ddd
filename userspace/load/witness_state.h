/* SPDX-License-Identifier: GPL-2.0-only */
/* What bpf/witness.bpf.c and witness.c share: the programs' .bss. */
#ifndef LOAD_WITNESS_STATE_H
#define LOAD_WITNESS_STATE_H

/* The kinds of probes at functions: each can be switched off by itself. */
enum probe { PROBE_FENTRY, PROBE_KPROBE, PROBE_MULTI, PROBES };

struct witness_state {
	unsigned long long seen[PROBES]; /* calls, by whichever process */
};

#endif
