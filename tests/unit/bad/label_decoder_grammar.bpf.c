// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': decode 'a b': not made of letters, digits and _ */
#include "bad.h"

struct key {
	__u32 l DECODE(a b);
};

HASH(map, struct key, __u64, 8) COUNTER;
