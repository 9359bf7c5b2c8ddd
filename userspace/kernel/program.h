/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells of a loaded program. */
#ifndef KERNEL_PROGRAM_H
#define KERNEL_PROGRAM_H

#include <stdint.h>

/* Runs that the kernel skipped because the program, or its kind, ran on that CPU already (5.12 and newer).
 * 0 or -errno. */
int program_missed(int fd, uint64_t *missed);

#endif
