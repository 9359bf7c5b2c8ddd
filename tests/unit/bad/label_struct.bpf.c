// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': a label is an integer, an enum, a _Bool or an array of them */
#include "bad.h"

struct key {
	struct good_key l;
};

HASH(map, struct key, __u64, 8) COUNTER;
