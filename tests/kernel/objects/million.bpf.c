// SPDX-License-Identifier: GPL-2.0-only
/* A hash for up to a million series, filled from user space (tests/tools/mapfill) by benchmarks. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(million, "A map for benchmarks to fill", OFF);

struct point {
	__u32 x;
	__u32 y;
	__u64 z DECODE(hex);
};

HASH(million, struct point, __u64, 1000000) METRIC("node_million_points_total", "Points.");

/* A collector must be able to count; this one does when a task hangs. */
SEC("tp_btf/sched_process_hang")
int BPF_PROG(hang)
{
	struct point key = { 0 };
	__u64 *value = series(&million, &key);

	if (value)
		count(value);
	return 0;
}
