/* SPDX-License-Identifier: GPL-2.0-only */
/* libbpf as this process wants it: silent, and telling which program it was busy with.
 *
 * libbpf calls back without a context, so what a thread is loading is known by the thread.
 */
#ifndef LOAD_LIBRARY_H
#define LOAD_LIBRARY_H

#include <bpf/libbpf.h>

#include "load/features.h"

/* What libbpf said and did while a thread watched. */
struct library_capture {
	const struct features *features; /* where programs find what they attach to */
	const struct bpf_program *last; /* whose loading was begun last; NULL where none was */
	char warning[256]; /* the first one, one line; "" where there was none */
};

/* Once for the process, by whoever comes first; safe from several threads. */
void library_setup(void);
/* This thread's watch until the next call; NULL ends it. */
void library_capture(struct library_capture *w);

/* The library need not look the program's target up in the kernel's BTF, which it would parse for each object:
 * it is in the features. Before loading. */
int library_own_target(struct bpf_program *p);

#endif
