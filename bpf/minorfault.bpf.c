// SPDX-License-Identifier: GPL-2.0-only
/* Minor page faults: how long it takes to give a program memory, or a page of a file that is cached.
 *
 * Off by default: there may be a million of them a second on each CPU, at half a microsecond each, and two programs
 * around each cost a tenth of that or more; with kprobes they would cost half of it, so there are none.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(minorfault, "Time of page faults that need no read", OFF);

struct faults {
	HISTOGRAM(SECONDS, 2, -23, 0)
	time METRIC("node_mm_minor_fault_seconds",
		    "Time of page faults that the kernel resolved without a read; ru_minflt of "
		    "getrusage counts the same ones. A high value means that the kernel is slow to "
		    "provide the page, for example because it reclaims memory first.");
};

TABLE(faults, struct unlabelled, 1, struct faults);

/* Attempts at a fault, by its address. */
SPANS(attempts);

/* What ru_minflt does not count either: attempts that fail or are to be repeated, and repeated ones. */
static __always_inline bool is_minor(__u32 flags, __u32 result)
{
	return !(flags & FAULT_FLAG_TRIED) &&
	       !(result & (VM_FAULT_ERROR | VM_FAULT_RETRY | VM_FAULT_MAJOR));
}

SEC("fexit/handle_mm_fault")
int BPF_PROG(fentry_end, void *area, __u64 address, __u32 flags, void *regs, __u32 result)
{
	struct faults *f = slot(&faults, 0);
	__u64 ns;

	if (!is_minor(flags, result))
		span_drop(attempts, address);
	else if (span_end(attempts, address, &ns) && f)
		observe(&f->time, ns);
	return 0;
}

SEC("fentry/handle_mm_fault")
int BPF_PROG(fentry_begin, void *area, __u64 address)
{
	span_begin(attempts, address);
	return 0;
}
