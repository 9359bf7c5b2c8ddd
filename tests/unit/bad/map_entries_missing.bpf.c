// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': max_entries 0 is not from 1 to 1048576 */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct good_key);
	__type(value, __u64);
} map SEC(".maps") COUNTER;
