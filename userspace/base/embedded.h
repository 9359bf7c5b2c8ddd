/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF objects inside this binary, in a linker section that embed.S fills, one entry an object. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *file; /* "softirq.bpf.o" */
	const void *elf;
	size_t size;
};

size_t embedded_count(void);
struct embedded embedded_get(size_t i);

#endif
