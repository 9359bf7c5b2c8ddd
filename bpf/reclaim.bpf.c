// SPDX-License-Identifier: GPL-2.0-only
/* Reclaim: how long tasks that want memory must free some first, and how hard the kernel works
 * ahead of them. Direct reclaim is latency that a program sees in the midst of an innocent
 * allocation.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(reclaim, "Time that tasks spend reclaiming memory, and kswapd's work", ON);

enum scope { SCOPE_GLOBAL, SCOPE_MEMCG };

struct direct_labels {
	enum scope scope PREFIX("SCOPE_");
};

struct direct {
	HISTOGRAM(SECONDS, 2, -18, 4)
	time METRIC("node_mm_direct_reclaim_seconds",
		    "Time that tasks spent reclaiming memory before they got some, by what was "
		    "short of it: the machine (global) or a memory cgroup (memcg). A high value "
		    "means that the host is short of memory, or a container is at its limit. Where "
		    "node_mm_proactive_reclaim_seconds is absent, reclaim by a write to "
		    "memory.reclaim counts here.") EVENT("direct");
	__u64 pages METRIC("node_mm_direct_reclaimed_pages_total",
			   "Pages that tasks reclaimed before they got memory. A high value means "
			   "that tasks do the work of kswapd.") EVENT("direct");
};

struct proactive {
	HISTOGRAM(SECONDS, 2, -18, 4)
	time METRIC("node_mm_proactive_reclaim_seconds",
		    "Time of reclaim that a write to a cgroup's memory.reclaim started. A high "
		    "value means work for the program that wrote; no task waits for this memory.")
		EVENT("proactive");
	__u64 pages METRIC("node_mm_proactive_reclaimed_pages_total",
			   "Pages reclaimed by a write to a cgroup's memory.reclaim. A high value "
			   "means that the program that wrote takes much memory from the cgroup.")
		EVENT("proactive");
};

SHARED_TABLE(direct, struct direct_labels, 2, struct direct);
SHARED_TABLE(proactive, struct unlabelled, 1, struct proactive);

#define IS(scope) (1 + (scope))

/* One thread at a time is in one reclaim. */
SPANS_RESERVED(begun);
SPANS_RESERVED(requests);

static __always_inline int begin(enum scope scope)
{
	span_begin(begun, IS(scope));
	return 0;
}

/* The current thread writes to memory.reclaim. */
static __always_inline bool is_requested(void)
{
	const struct span *request = requests_of_current(false);

	return request && request->began;
}

static __always_inline void count_proactive(__u64 pages, bool timed, __u64 ns)
{
	struct proactive *p = slot(&proactive, 0);

	if (!p)
		return;
	count_by(&p->pages, pages);
	if (timed)
		observe(&p->time, ns);
}

static __always_inline int end(enum scope scope, __u64 pages)
{
	struct direct *d = slot(&direct, scope);
	__u64 ns;
	bool timed = span_end(begun, IS(scope), &ns);

	if (scope == SCOPE_MEMCG && is_requested()) {
		count_proactive(pages, timed, ns);
		return 0;
	}
	if (!d)
		return 0;
	count_by(&d->pages, pages);
	if (timed)
		observe(&d->time, ns);
	return 0;
}

static __always_inline int request(void)
{
	span_begin(requests, 0);
	return 0;
}

static __always_inline int request_done(void)
{
	span_drop(requests, 0);
	return 0;
}

AT_RETURN("proactive", request_ends, "memory_reclaim", request_done())
AT_ENTRY("proactive", request_begins, "memory_reclaim", request())

EVENT("direct")
SEC("tp_btf/mm_vmscan_direct_reclaim_end")
int BPF_PROG(direct_end, __u64 pages)
{
	return end(SCOPE_GLOBAL, pages);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int BPF_PROG(direct_begin)
{
	return begin(SCOPE_GLOBAL);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_memcg_reclaim_end")
int BPF_PROG(memcg_end, __u64 pages)
{
	return end(SCOPE_MEMCG, pages);
}

EVENT("direct")
SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(memcg_begin)
{
	return begin(SCOPE_MEMCG);
}

struct kswapd_labels {
	__u32 node VALUES(64);
};

/* CPU time, because between its work and its sleep kswapd naps for 0.1 s, every time. */
struct kswapd {
	__u64 woken_ns; /* CPU time of kswapd when it was woken, and 1; 0: asleep */
	HISTOGRAM(SECONDS, 1, -16, 6)
	active METRIC(
		"node_mm_kswapd_active_seconds",
		"CPU time that kswapd used from its wake-up until it slept again. A high value "
		"means that the host is short of memory and reclaims it in the background.")
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
