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

COLLECTOR(majorfault, "Time of page faults that have to read", ON);

OUTLIERS(100000000); /* 100 ms */

struct faults {
	HISTOGRAM(SECONDS, 2, -20, 6)
	time METRIC("node_mm_major_fault_seconds",
		    "Time of page faults that had to read from a file or from swap, as pgmajfault "
		    "of /proc/vmstat counts them.");
	EXEMPLAR(time);
};

TABLE(faults, struct unlabelled, 1, struct faults);

/* When the current thread began to look for its page; 0: it does not. */
TASK_STORAGE(searches, __u64);
BPF_EXPORTER_HASH(LRU_HASH, searches_before_5_11, __u32, __u64, 4096);

static __always_inline __u64 *search_of_current(void)
{
	__u32 thread = bpf_get_current_pid_tgid();

	if (bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_TASK_STORAGE))
		return bpf_task_storage_get(&searches, bpf_get_current_task_btf(), NULL,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);
	return series(&searches_before_5_11, &thread);
}

static __always_inline int begin(void)
{
	__u64 *search = search_of_current();

	if (search)
		*search = bpf_ktime_get_ns();
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
	__u64 *search = search_of_current(), began = search ? *search : 0;

	if (search)
		*search = 0;
	if (!(result & VM_FAULT_MAJOR))
		return 0;
	if (began)
		observe_fault(elapsed(bpf_ktime_get_ns(), began));
	else
		lose(LOST_NO_START);
	return 0;
}

#define WATCH(function)                                         \
	AT_ENTRY("fault", begin_##function, #function, begin()) \
	AT_RESULT("fault", end_##function, #function, end(result), __u32 result, void *fault)

WATCH(filemap_fault)
WATCH(do_swap_page)
WATCH(shmem_fault)
