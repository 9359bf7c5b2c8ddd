// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key': byte 1 is padding that no member names */
#include "bad.h"

struct key {
	__u8 a;
	__u32 b;
};

HASH(map, struct key, __u64, 8) COUNTER;
