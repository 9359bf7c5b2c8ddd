// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'quantile': this label name is reserved */
#include "bad.h"

struct key {
	__u32 quantile;
};

HASH(map, struct key, __u64, 8) COUNTER;
