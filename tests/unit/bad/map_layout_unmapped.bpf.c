// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': layout 'percpu': only of a BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE */
#include "bad.h"

struct {
	ELEMENTS(type, struct unlabelled, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} map SEC(".maps") COUNTER DESCRIBE("layout=percpu");
