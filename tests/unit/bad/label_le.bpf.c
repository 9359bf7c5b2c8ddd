// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'le': this label name is reserved */
#include "bad.h"

struct key {
	__u32 le;
};

HASH(map, struct key, __u64, 8) COUNTER;
