// SPDX-License-Identifier: GPL-2.0-only
/* What the parts cost that programs are made of, alone and warm, all on one hot event: with these the numbers of one
 * machine can be held against those of another. calibration.py knows the programs by their names.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(calibration, "Parts of programs, for comparison", OFF);

struct counter {
	__u64 total METRIC("node_bench_calls_total", "System calls that began.");
};

struct histogram {
	HISTOGRAM(SECONDS, 2, -20, 4)
	value METRIC("node_bench_value_seconds", "A value at hand.");
};

struct latency {
	__u64 started_ns;
	HISTOGRAM(SECONDS, 2, -20, 4)
	time METRIC("node_bench_time_seconds", "Time since the call before began.");
};

struct hash_key {
	__u64 key;
};

struct hash_counter {
	__u64 total METRIC("node_bench_hash_calls_total", "System calls that began.");
};

TABLE(counters, struct unlabelled, 1, struct counter);
TABLE(histograms, struct unlabelled, 1, struct histogram);
TABLE(latencies, struct unlabelled, 1, struct latency);
PERCPU_HASH(hash_counters, struct hash_key, struct hash_counter, 64);
HASH(started, __u64, __u64, 64);
TASK_STORAGE(tasks, __u64);

#define CALIBRATE SEC("tp_btf/sys_enter") int

CALIBRATE empty(void *ctx)
{
	return 0;
}

CALIBRATE clock(void *ctx)
{
	__u64 now = bpf_ktime_get_ns();

	barrier_var(now);
	return 0;
}

CALIBRATE counter(void *ctx)
{
	struct counter *c = slot(&counters, 0);

	if (c)
		count(&c->total);
	return 0;
}

CALIBRATE BPF_PROG(histogram, struct pt_regs *regs, long number)
{
	struct histogram *h = slot(&histograms, 0);

	if (h)
		observe(&h->value, number * 1000);
	return 0;
}

CALIBRATE stamp(void *ctx)
{
	struct latency *l = slot(&latencies, 0);

	if (l)
		l->started_ns = bpf_ktime_get_ns();
	return 0;
}

CALIBRATE latency(void *ctx)
{
	struct latency *l = slot(&latencies, 0);

	if (l)
		observe(&l->time, elapsed(bpf_ktime_get_ns(), l->started_ns));
	return 0;
}

CALIBRATE hash(void *ctx)
{
	struct hash_key key = { .key = 1 };
	struct hash_counter *c = series(&hash_counters, &key);

	if (c)
		count(&c->total);
	return 0;
}

CALIBRATE insertion(void *ctx)
{
	__u64 key = 1, value = 1;

	bpf_map_update_elem(&started, &key, &value, BPF_ANY);
	bpf_map_delete_elem(&started, &key);
	return 0;
}

CALIBRATE storage(void *ctx)
{
	__u64 *value = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (value)
		*value = 1;
	return 0;
}
