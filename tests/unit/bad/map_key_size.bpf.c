// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': its key is no struct with the labels as members */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, 8);
	__type(value, __u64);
} map SEC(".maps") COUNTER;
