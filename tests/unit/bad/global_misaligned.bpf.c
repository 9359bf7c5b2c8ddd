// SPDX-License-Identifier: GPL-2.0-only
/* variable 'n': at byte 60 of .bss, not on a multiple of 8 */
#include "bad.h"

struct stats {
	__u64 m COUNTER;
} __attribute__((packed));

__u32 before SEC(".bss");
struct stats n SEC(".bss");
