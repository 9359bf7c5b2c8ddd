// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': layout 'sideways': not "percpu" */
#include "bad.h"

struct {
	ELEMENTS(type, struct unlabelled, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} map SEC(".maps") COUNTER DESCRIBE("layout=sideways");
