// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': a label is an integer, an enum, a _Bool or an array of them */
#include "bad.h"

struct key {
	char l[2][2];
};

HASH(map, struct key, __u64, 8) COUNTER;
