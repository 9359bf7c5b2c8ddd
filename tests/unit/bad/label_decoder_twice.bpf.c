// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': decode 'errno': also given as 'signal' */
#include "bad.h"

struct key {
	__u32 l DECODE(errno) DECODE(signal);
};

HASH(map, struct key, __u64, 8) COUNTER;
