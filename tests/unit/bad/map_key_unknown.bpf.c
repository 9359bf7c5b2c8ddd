// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': tag 'colour=red': key 'colour' is unknown here */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct good_key);
	__type(value, __u64);
} map SEC(".maps") DESCRIBE("colour=red");
