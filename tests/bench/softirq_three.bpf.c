// SPDX-License-Identifier: GPL-2.0-only
/* The same question as bpf/softirq.bpf.c, answered as cloudflare's ebpf_exporter does it, for
 * comparison: a program each at raise, entry and exit; stamps stored and histograms kept in maps by
 * the helpers; a bucket is a key of a hash, by powers of two of a microsecond, and so is the sum.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(softirq_three, "Softirqs with three programs and a bucket a key", OFF);

#define VECTORS 10
#define BUCKETS 27 /* the last but one: more than 2^25 us; the last: the sum */

struct bucket {
	__u32 vec;
	__u32 bucket;
};

HASH(waits, struct bucket, __u64, VECTORS *(BUCKETS + 1))
METRIC("node_bench_softirq_waits_total", "Time from raise to entry, by bucket.");
HASH(runs, struct bucket, __u64, VECTORS *(BUCKETS + 1))
METRIC("node_bench_softirq_runs_total", "Time from entry to exit, by bucket.");

SCRATCH(raised, VECTORS, __u64);
SCRATCH(entered, VECTORS, __u64);

static __always_inline __u32 log2_of(__u64 v)
{
	__u32 n = 0;

	for (int shift = 32; shift; shift /= 2)
		if (v >> shift) {
			v >>= shift;
			n += shift;
		}
	return n;
}

static __always_inline void add(void *map, struct bucket *key, __u64 n)
{
	const __u64 zero = 0;
	__u64 *value = bpf_map_lookup_elem(map, key);

	if (!value) {
		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		value = bpf_map_lookup_elem(map, key);
	}
	if (value)
		__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

static __always_inline void observe_in_hash(void *map, __u32 vec, __u64 ns)
{
	const __u64 us = ns / 1000;
	struct bucket key = { .vec = vec };

	key.bucket = log2_of(us);
	if (key.bucket > BUCKETS - 1)
		key.bucket = BUCKETS - 1;
	add(map, &key, 1);
	key.bucket = BUCKETS;
	add(map, &key, us);
}

SEC("tp_btf/softirq_raise")
int BPF_PROG(three_raise, __u32 vec)
{
	const __u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&raised, &vec, &now, BPF_ANY);
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(three_entry, __u32 vec)
{
	const __u64 now = bpf_ktime_get_ns();
	const __u64 *since = bpf_map_lookup_elem(&raised, &vec);

	if (since && *since)
		observe_in_hash(&waits, vec, elapsed(now, *since));
	bpf_map_update_elem(&entered, &vec, &now, BPF_ANY);
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(three_exit, __u32 vec)
{
	const __u64 *since = bpf_map_lookup_elem(&entered, &vec);

	if (since && *since)
		observe_in_hash(&runs, vec, elapsed(bpf_ktime_get_ns(), *since));
	return 0;
}
