// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': enum: belongs to DECODE(kernel_enum), and to it only */
#include "bad.h"

struct key {
	__u32 l DECODE(kernel_enum);
};

HASH(map, struct key, __u64, 8) COUNTER;
