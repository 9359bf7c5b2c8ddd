// SPDX-License-Identifier: GPL-2.0-only
/* Out of memory: processes that the kernel chose to kill, and whether the machine or one memory
 * cgroup was short.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(oom, "Processes killed for lack of memory", ON);

enum scope { SCOPE_GLOBAL, SCOPE_MEMCG };

struct labels {
	enum scope scope PREFIX("SCOPE_");
};

struct oom {
	__u64 events METRIC("node_mm_oom_events_total",
			    "Processes that the OOM killer chose, by what was short of memory: the "
			    "machine (global) or a memory cgroup (memcg).");
};

GLOBAL(oom, struct labels, 2, struct oom);

/* The event does not tell the scope, but it comes from the task that wanted memory, after that
 * tried in vain to reclaim some where it was short. */
STAMPS(reclaims, 1024);

static __always_inline __u32 current_thread(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

EVENT("memcg")
SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int BPF_PROG(direct_reclaim)
{
	stamp_start(&reclaims, current_thread(), SCOPE_GLOBAL);
	return 0;
}

EVENT("memcg")
SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(memcg_reclaim)
{
	stamp_start(&reclaims, current_thread(), SCOPE_MEMCG);
	return 0;
}

/* One that did not reclaim serves the machine: the SysRq key, for example. */
SEC("tp_btf/mark_victim")
int BPF_PROG(mark_victim)
{
	__u32 thread = current_thread();
	const struct stamp *s = stamp_of(&reclaims, thread, SLOTS(&reclaims));
	enum scope scope = SCOPE_GLOBAL;

	if (s && s->id == thread && s->note == SCOPE_MEMCG)
		scope = SCOPE_MEMCG;
	count(&oom.slot[scope].events);
	return 0;
}
