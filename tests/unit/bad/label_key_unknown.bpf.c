// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': tag 'colour=red': key 'colour' is unknown here */
#include "bad.h"

struct key {
	__u32 l DESCRIBE("colour=red");
};

HASH(map, struct key, __u64, 8) COUNTER;
