// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': decode 'enum': the member is no enum */
#include "bad.h"

struct key {
	__u32 l DECODE(enum);
};

HASH(map, struct key, __u64, 8) COUNTER;
