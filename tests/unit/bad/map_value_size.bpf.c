// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': metric 'bad_total': neither __u64 nor __s64 nor a HISTOGRAM */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct good_key);
	__uint(value_size, 8);
} map SEC(".maps") COUNTER;
