// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': no struct of labels: use struct unlabelled where there are none */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} map SEC(".maps") COUNTER;
