// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': a pointer cannot be a label */
#include "bad.h"

struct key {
	void *l;
};

HASH(map, struct key, __u64, 8) COUNTER;
