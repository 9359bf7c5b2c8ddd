// SPDX-License-Identifier: GPL-2.0-only
/* Major page faults: how long programs stand still in the midst of an innocent access to their memory, because it has
 * to be read from a file or from swap.
 *
 * Measured are the functions that find out, which few of the minor faults pass: a process that starts, some dozens of
 * times. How long it takes to take up a page that another one, or readahead, is reading already, is not shown.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(majorfault, "Time of page faults that read from a file or from swap", ON);

OUTLIERS(100000000); /* 100 ms */

struct faults {
	HISTOGRAM(SECONDS, 2, -20, 6)
	time METRIC("node_mm_major_fault_seconds",
		    "Time of page faults that had to read from a file or from swap; pgmajfault of "
		    "/proc/vmstat counts the same ones. A high value means that the page cache is "
		    "too small or that the host swaps.");
	EXEMPLAR(time);
};

TABLE(faults, struct unlabelled, 1, struct faults);

SPANS(searches);

/* Which of the current thread's faults this is: the kernel counts one when it is done with it. */
static __always_inline __u64 fault_number(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return 1 + BPF_CORE_READ(task, min_flt) + BPF_CORE_READ(task, maj_flt);
}

static __always_inline int begin(void)
{
	span_begin(searches, fault_number());
	return 0;
}

static __always_inline void observe_fault(__u64 ns)
{
	struct faults *f = slot(&faults, 0);

	if (!f)
		return;
	observe(&f->time, ns);
	if (is_outlier(ns))
		keep_exemplar_of_current(&f->time_exemplar, ns);
}

static __always_inline int end(__u32 result)
{
	__u64 ns;

	if (!(result & VM_FAULT_MAJOR))
		span_drop(searches, fault_number());
	else if (span_end(searches, fault_number(), &ns))
		observe_fault(ns);
	return 0;
}

#define WATCH(function)                                                                       \
	AT_RESULT("fault", end_##function, #function, end(result), __u32 result, void *fault) \
	AT_ENTRY("fault", begin_##function, #function, begin())

WATCH(filemap_fault)
WATCH(do_swap_page)
WATCH(shmem_fault)
