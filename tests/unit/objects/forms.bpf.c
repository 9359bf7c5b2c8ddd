// SPDX-License-Identifier: GPL-2.0-only
/* Every form that a map, a variable and a metric can have. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>

COLLECTOR(forms, "Every form of a metric: «ä»", OFF);

enum op { OP_READ, OP_WRITE = 2 };

struct by_op {
	enum op op PREFIX("OP_");
};

struct by_two {
	enum op op PREFIX("OP_");
	_Bool sync;
	__u8 _pad[3];
	__u32 cpu VALUES(4);
};

struct whole {
	__u64 n METRIC("form_whole_total", "A counter.");
	__u64 ours; /* of the programs alone */
	HISTOGRAM(SECONDS, 2, -20, 4) wait METRIC("form_wait_seconds", "Waiting.") EVENT("tick");
	__s64 balance METRIC("form_balance", "May be negative.") GAUGE;
	__u64 busy METRIC("form_busy_seconds_total", "Time.") NANOSECONDS;
	__u64 age METRIC("form_age_seconds", "Time.") GAUGE NANOSECONDS;
	HISTOGRAM(PLAIN, 3, 0, 32) size METRIC("form_size_bytes", "Sizes.");
	__u64 bytes METRIC("form_read_bytes_total", "Bytes.");
};

TABLE(table, struct by_two, 24, struct whole);
SHARED_TABLE(shared, struct by_op, 3, __u64)
METRIC("form_shared_total", "Whole value.") EVENT("tick");
PERCPU_ARRAY(array, struct unlabelled, 1, HISTOGRAM(SECONDS, 0, -29, 32))
METRIC("form_array_seconds", "The whole value is a histogram.");
HASH(hash, struct by_op, __s64, 1000) METRIC("form_hash", "A signed gauge.") GAUGE;
PERCPU_HASH(percpu_hash, struct by_op, __u64, 5) METRIC("form_percpu_total", "A counter.");

/* Arrays that cannot be mapped. */
struct {
	ELEMENTS(type, struct unlabelled, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} plain SEC(".maps") METRIC("form_plain_total", "A counter.");

/* Without metrics. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct by_two);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 7);
	__uint(key_size, 8);
	__uint(value_size, 16);
} sized SEC(".maps");

/* Variables. */
struct values {
	__u64 events METRIC("form_events_total", "Events.");
	EXEMPLAR(depth);
	HISTOGRAM(PLAIN, 0, 0, 10) depth METRIC("form_depth", "Depth.");
};

__u8 unaligned;
GLOBAL(slots, struct by_op, 3, struct values);
GLOBAL(one, struct unlabelled, 1, __u64) METRIC("form_one_total", "One.");
__u64 bare METRIC("form_bare_total", "Bare.");
HISTOGRAM(SECONDS, 1, -4, 4) pause METRIC("form_pause_seconds", "Bare.");
struct bare_members {
	__u64 of_struct METRIC("form_member_total", "Member.");
} members;
__u64 scratch[4];

SEC("perf_event")
EVENT("tick")
int tick(void *ctx)
{
	count(&bare);
	return 0;
}
