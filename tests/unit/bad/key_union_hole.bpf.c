// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key': byte 2 is padding that no member names */
#include "bad.h"

struct key {
	union {
		__u8 a;
		__u16 b;
	};
	__u32 c;
};

HASH(map, struct key, __u64, 8) COUNTER;
