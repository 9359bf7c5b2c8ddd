// SPDX-License-Identifier: GPL-2.0-only
/* Block requests measured as it was done before the kernel stamped them itself: own stamps at insert and issue. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(blockclassic, "Block requests by stamps of our own, for tests to compare", OFF);

struct labels {
	char device[DISK_NAME] DECODE(disk);
	__u32 op;
};

struct times {
	HISTOGRAM(SECONDS, 1, -19, 4)
	latency METRIC("node_blockclassic_latency_seconds",
		       "From insertion, or issue where nothing was inserted, to completion.");
	HISTOGRAM(SECONDS, 0, -19, 4)
	service METRIC("node_blockclassic_device_seconds", "From issue to completion.");
};

HASH(times, struct labels, struct times, 256);

struct stamps {
	__u64 inserted, issued;
};

HASH(stamps, __u64, struct stamps, 4096);

SEC("tp_btf/block_rq_insert")
int BPF_PROG(insert, struct request *rq)
{
	struct stamps s = { .inserted = bpf_ktime_get_ns() };
	__u64 id = (__u64)rq;

	bpf_map_update_elem(&stamps, &id, &s, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request *rq)
{
	__u64 id = (__u64)rq, now = bpf_ktime_get_ns();
	struct stamps direct = { now, now }, *s = bpf_map_lookup_elem(&stamps, &id);

	if (s)
		s->issued = now;
	else
		bpf_map_update_elem(&stamps, &id, &direct, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, int error, unsigned int bytes)
{
	__u64 id = (__u64)rq, now = bpf_ktime_get_ns();
	struct stamps *s = bpf_map_lookup_elem(&stamps, &id);
	struct labels key __attribute__((aligned(8))) = { .op = rq->cmd_flags & 0xff };
	struct times *t;

	if (!s)
		return 0;
	copy_disk_name(key.device, disk_of(rq));
	t = series(&times, &key);
	if (t) {
		observe(&t->latency, elapsed(now, s->inserted));
		observe(&t->service, elapsed(now, s->issued));
	}
	bpf_map_delete_elem(&stamps, &id);
	return 0;
}
