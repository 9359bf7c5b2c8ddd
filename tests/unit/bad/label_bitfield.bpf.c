// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': a bit-field cannot be a label */
#include "bad.h"

struct key {
	__u32 l : 3;
	__u32 m : 29;
};

HASH(map, struct key, __u64, 8) COUNTER;
