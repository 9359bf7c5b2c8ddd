// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': prefix 'A_': there is no enum to strip it from */
#include "bad.h"

struct key {
	__u32 l PREFIX("A_");
};

HASH(map, struct key, __u64, 8) COUNTER;
