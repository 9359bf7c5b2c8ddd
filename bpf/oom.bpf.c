// SPDX-License-Identifier: GPL-2.0-only
/* Out of memory: processes that the kernel chose to kill, and whether the machine or one memory
 * cgroup was short.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(oom, "Processes killed for lack of memory", ON);

enum scope { SCOPE_GLOBAL, SCOPE_MEMCG, SCOPE_UNKNOWN };

struct labels {
	enum scope scope PREFIX("SCOPE_");
};

struct oom {
	__u64 events METRIC(
		"node_mm_oom_events_total",
		"Processes that the OOM killer chose, by what was short of memory: the machine "
		"(global), a memory cgroup (memcg), or unknown. A high value means that the host "
		"or a container keeps running out of memory. Without fentry and kprobes, the scope "
		"is that of the last reclaim by the task that wanted memory.");
};

GLOBAL(oom, struct labels, 3, struct oom);

#define KNOWN(scope) (1 + (scope))

/* Who is out of memory, and of whose. The event does not tell, but comes from the same task. */
SPANS_RESERVED(shortages);

SEC("tp_btf/mark_victim")
int BPF_PROG(mark_victim)
{
	const struct span *shortage = shortages_of_current(false);
	enum scope scope = SCOPE_UNKNOWN;

	if (shortage && shortage->began)
		scope = shortage->id == KNOWN(SCOPE_MEMCG) ? SCOPE_MEMCG : SCOPE_GLOBAL;
	count(&oom.slot[scope].events);
	return 0;
}

static __always_inline int note(enum scope scope)
{
	struct span *shortage = of_current(shortages);

	if (!shortage)
		return 0;
	shortage->id = KNOWN(scope);
	shortage->began = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int forget(void)
{
	span_drop(shortages, 0);
	return 0;
}

static __always_inline enum scope scope_of(const struct oom_control *control)
{
	return BPF_CORE_READ(control, memcg) ? SCOPE_MEMCG : SCOPE_GLOBAL;
}

AT_RETURN("scope", shortage_ends, "out_of_memory", forget())
AT_ENTRY("scope", shortage_begins, "out_of_memory", note(scope_of(control)),
	 struct oom_control *control)

/* The guess, where neither can be had: a task reclaims where memory is short, before it is out of it. */
ALTERNATIVE("scope", 4, "last reclaim")
SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int BPF_PROG(direct_reclaim)
{
	return note(SCOPE_GLOBAL);
}

ALTERNATIVE("scope", 4, "last reclaim")
SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(memcg_reclaim)
{
	return note(SCOPE_MEMCG);
}
