// SPDX-License-Identifier: GPL-2.0-only
/* Memory stalls: how long tasks could not go on for want of memory, whatever they had to do for it: reclaim, compact,
 * wait for swap, read again what was evicted too early. The kernel itself marks these times for pressure stall
 * information (/proc/pressure/memory), which tells how much time goes there, but not whether in one long stall or in
 * many short ones.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/function.bpf.h>

COLLECTOR(memstall, "Time that tasks stall for want of memory", ON);

OUTLIERS(100000000); /* 100 ms */

struct stalls {
	HISTOGRAM(SECONDS, 2, -20, 6)
	time METRIC("node_mm_stall_seconds",
		    "Time that tasks stalled for want of memory, as pressure stall information "
		    "defines it; those of kernel threads, like kswapd, too.");
	EXEMPLAR(time);
};

TABLE(stalls, struct unlabelled, 1, struct stalls);

/* The stall that a thread is in. Others may lie within it, which are part of it: each has its flags on the stack, and
 * the stack grows down. (The kernel's own mark is not there where pressure stall information is switched off.) */
struct stall {
	__u64 flags; /* their address */
	__u64 ns;
};

HASH(begun, __u64, struct stall, 8192);

static __always_inline int enter(__u64 flags)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct stall *outer = bpf_map_lookup_elem(&begun, &thread);
	struct stall new = { flags, bpf_ktime_get_ns() };

	if (outer && flags < outer->flags)
		return 0;
	if (bpf_map_update_elem(&begun, &thread, &new, BPF_ANY))
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline void observe_stall(__u64 ns)
{
	struct stalls *s = slot(&stalls, 0);

	if (!s)
		return;
	observe(&s->time, ns);
	if (is_outlier(ns))
		keep_exemplar_of_current(&s->time_exemplar, ns);
}

static __always_inline int leave(__u64 flags)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct stall *stall = bpf_map_lookup_elem(&begun, &thread);

	if (!stall) {
		lose(LOST_NO_START);
		return 0;
	}
	if (flags != stall->flags)
		return 0;
	observe_stall(elapsed(bpf_ktime_get_ns(), stall->ns));
	bpf_map_delete_elem(&begun, &thread);
	return 0;
}

AT_ENTRY("stall", enter, "psi_memstall_enter", enter(flags), __u64 flags)
AT_ENTRY("stall", leave, "psi_memstall_leave", leave(flags), __u64 flags)
