// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': a map of type 9 and flags 0x0 cannot hold metrics */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct good_key);
	__type(value, __u64);
} map SEC(".maps") COUNTER;
