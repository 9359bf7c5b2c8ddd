// SPDX-License-Identifier: GPL-2.0-only
/* Maps that a test fills from user space (tests/tools/mapfill): many series, small ceilings, odd keys. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(series, "Maps for tests to fill", OFF);

struct point {
	__u32 x;
	__u32 y;
	__u64 z DECODE(hex);
};

HASH(many, struct point, __u64, 100000) METRIC("node_series_many_total", "Points of a hash.");
PERCPU_HASH(spread, struct point, __u64, 200000)
METRIC("node_series_spread_total", "Points of a per-CPU hash.");

struct text {
	char name[32];
	char other[32];
};

HASH(texts, struct text, __u64, 1024) METRIC("node_series_texts_total", "Labels of any bytes.");

/* What a program does with a map that is full: one fork, one key. */
struct task {
	__u64 pid;
};

HASH(full, struct task, __u64, 16) METRIC("node_series_full_total", "A map of 16 series.");

SEC("tp_btf/sched_process_fork")
int BPF_PROG(overfill, struct task_struct *parent, struct task_struct *child)
{
	struct task key = { .pid = child->pid };
	__u64 *value = series(&full, &key);

	if (value)
		count(value);
	return 0;
}
