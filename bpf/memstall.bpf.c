// SPDX-License-Identifier: GPL-2.0-only
/* Memory stalls: how long tasks could not continue for lack of memory, whatever they did meanwhile: reclaim, compact,
 * wait for swap, read again what was evicted too early. The kernel itself marks these times for pressure stall
 * information (/proc/pressure/memory), which tells how much time goes there, but not whether in one long stall or in
 * many short ones.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(memstall, "Time that tasks stall for lack of memory", ON);

OUTLIERS(100000000); /* 100 ms */

struct stalls {
	HISTOGRAM(SECONDS, 2, -20, 6)
	time METRIC("node_mm_stall_seconds",
		    "Time that tasks stalled for lack of memory, as pressure stall information "
		    "(PSI) defines it, including kernel threads such as kswapd. A high value means "
		    "that the host or a cgroup is short of memory.");
	EXEMPLAR(time);
};

TABLE(stalls, struct unlabelled, 1, struct stalls);

/* The stall that a thread is in, by the address of its flags. */
SPANS_RESERVED(begun);

static __always_inline bool is_marked(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return bpf_core_field_exists(task->in_memstall) &&
	       BPF_CORE_READ_BITFIELD_PROBED(task, in_memstall);
}

/* Whether the kernel marks who stalls: not where pressure stall information is switched off. Known from the first one
 * that ends. */
bool kernel_marks;

/* Stalls may lie within one, and are part of it. The kernel's mark tells, and if there is none, the stack: it grows down,
 * and the flags lie on it. */
static __always_inline bool is_inner(bool marked, __u64 flags)
{
	const struct span *outer;

	if (kernel_marks)
		return marked;
	outer = begun_of_current(false);
	return outer && outer->began && flags < outer->id;
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

/* The kernel keeps in the flags whether the task was marked already. */
static __always_inline bool was_marked(__u64 flags)
{
	__u64 marked = 0;

	if (bpf_probe_read_kernel(&marked, sizeof(marked), (const void *)flags))
		lose(LOST_UNREADABLE);
	return marked;
}

static __always_inline int leave(__u64 flags)
{
	__u64 ns;

	if (is_marked())
		kernel_marks = true;
	if (!is_inner(was_marked(flags), flags) && span_end(begun, flags, &ns))
		observe_stall(ns);
	return 0;
}

AT_ENTRY("stall", leave, "psi_memstall_leave", leave(flags), __u64 flags)

static __always_inline int enter(__u64 flags)
{
	if (!is_inner(is_marked(), flags))
		span_begin(begun, flags);
	return 0;
}

AT_ENTRY("stall", enter, "psi_memstall_enter", enter(flags), __u64 flags)
