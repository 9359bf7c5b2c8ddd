// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': an array's key is __u32 */
#include "bad.h"

struct {
	ELEMENTS(type, struct unlabelled, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} map SEC(".maps") COUNTER;
