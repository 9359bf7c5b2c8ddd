// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key': byte 5 is padding that no member names */
#include "bad.h"

struct key {
	__u32 a;
	__u8 b;
};

HASH(map, struct key, __u64, 8) COUNTER;
