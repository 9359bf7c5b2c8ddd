// SPDX-License-Identifier: GPL-2.0-only
/* Reclaim: how long tasks that want memory must free some first, and how hard the kernel works
 * ahead of them. Direct reclaim is latency that a program sees in the midst of an innocent
 * allocation.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(reclaim, "Time that tasks spend reclaiming memory, and kswapd's work", ON);

enum scope { SCOPE_GLOBAL, SCOPE_MEMCG };

struct direct_labels {
	enum scope scope PREFIX("SCOPE_");
};

struct direct {
	HISTOGRAM(SECONDS, 2, -18, 4)
	time METRIC("node_mm_direct_reclaim_seconds",
		    "Time that tasks spent reclaiming memory before they got some, by what was "
		    "short of "
		    "it: the machine (global) or a memory cgroup (memcg).") EVENT("direct");
	__u64 pages METRIC("node_mm_direct_reclaimed_pages_total",
			   "Pages that tasks reclaimed before they got memory.") EVENT("direct");
};

SHARED_TABLE(direct, struct direct_labels, 2, struct direct);
STAMPS(begun, 1024);

/* One thread at a time is in one direct reclaim of a scope. */
static __always_inline __u64 current_reclaim(enum scope scope)
{
	return (__u32)bpf_get_current_pid_tgid() << 1 | scope;
}

static __always_inline int begin(enum scope scope)
{
	stamp_start(&begun, current_reclaim(scope), 0);
	return 0;
}

static __always_inline int end(enum scope scope, __u64 pages)
{
	struct direct *d = slot(&direct, scope);
	struct stamp start;

	if (!d)
		return 0;
	count_by(&d->pages, pages);
	if (stamp_end(&begun, current_reclaim(scope), &start))
		observe(&d->time, elapsed(bpf_ktime_get_ns(), start.ns));
	return 0;
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int BPF_PROG(direct_begin)
{
	return begin(SCOPE_GLOBAL);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_direct_reclaim_end")
int BPF_PROG(direct_end, __u64 pages)
{
	return end(SCOPE_GLOBAL, pages);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(memcg_begin)
{
	return begin(SCOPE_MEMCG);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_memcg_reclaim_end")
int BPF_PROG(memcg_end, __u64 pages)
{
	return end(SCOPE_MEMCG, pages);
}

struct kswapd_labels {
	__u32 node VALUES(64);
};

/* CPU time, because between its work and its sleep kswapd naps for 0.1 s, every time. */
struct kswapd {
	__u64 woken_ns; /* CPU time of kswapd when it was woken, and 1; 0: asleep */
	HISTOGRAM(SECONDS, 1, -16, 6)
	active METRIC("node_mm_kswapd_active_seconds",
		      "CPU time that kswapd used from being woken until it went back to sleep.")
		EVENT("kswapd");
};

SHARED_TABLE(kswapd, struct kswapd_labels, 64, struct kswapd);

static __always_inline __u64 current_cpu_ns(void)
{
	return BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), se.sum_exec_runtime);
}

EVENT("kswapd")
SEC("tp_btf/mm_vmscan_kswapd_wake")
int BPF_PROG(kswapd_wake, __u32 node)
{
	struct kswapd *k = slot(&kswapd, node);

	if (k && !k->woken_ns) /* else it goes on after a nap */
		k->woken_ns = current_cpu_ns() + 1;
	return 0;
}

EVENT("kswapd")
SEC("tp_btf/mm_vmscan_kswapd_sleep")
int BPF_PROG(kswapd_sleep, __u32 node)
{
	struct kswapd *k = slot(&kswapd, node);

	if (!k || !k->woken_ns) /* it was awake already when we came, or woke for nothing */
		return 0;
	observe(&k->active, elapsed(current_cpu_ns() + 1, k->woken_ns));
	k->woken_ns = 0;
	return 0;
}
