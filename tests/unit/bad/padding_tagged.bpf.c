// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member '_pad': tag 'decode=uint': key 'decode' is unknown here */
#include "bad.h"

struct key {
	__u32 n;
	__u32 _pad DECODE(uint);
};

HASH(map, struct key, __u64, 8) COUNTER;
