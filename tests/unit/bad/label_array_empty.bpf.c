// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': an array without elements */
#include "bad.h"

struct key {
	__u32 n;
	char l[0];
};

HASH(map, struct key, __u64, 8) COUNTER;
