// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': decode: an array of what is not char needs it */
#include "bad.h"

struct key {
	__u8 l[4];
};

HASH(map, struct key, __u64, 8) COUNTER;
