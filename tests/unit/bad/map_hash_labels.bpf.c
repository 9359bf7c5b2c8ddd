// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': a hash has no 'labels': its key has them */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct good_key);
	__type(value, __u64);
	__type(labels, struct unlabelled);
} map SEC(".maps") COUNTER;
