// SPDX-License-Identifier: GPL-2.0-only
/* A CPU that is stuck in the kernel for seconds, soon after a system call returned MARK, as lseek() can. In a softirq,
 * where no kernel changes tasks: newer ones may do so in a tracepoint's programs. To copy megabytes over and over takes
 * long on every kernel and is little work for the verifier. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(hog, "A CPU that is stuck", OFF);

#define MARK (4711LL << 40)
#define BYTES (2 << 20)
#define STUCK_NS 5000000000

struct hogs {
	__u64 total METRIC("node_hog_total", "How often one was stuck.");
};

GLOBAL(hogs, struct unlabelled, 1, struct hogs);

struct megabytes {
	__u8 bytes[BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct megabytes);
} memory SEC(".maps");

__u32 chosen; /* the CPU, from 1 on */

SEC("tp_btf/sys_exit")
int BPF_PROG(returned, struct pt_regs *regs, long result)
{
	if (result == MARK)
		chosen = bpf_get_smp_processor_id() + 1;
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(entered)
{
	const __u32 zero = 0, one = 1;
	const __u64 now = bpf_ktime_get_ns();
	void *from = bpf_map_lookup_elem(&memory, &zero), *to = bpf_map_lookup_elem(&memory, &one);

	if (chosen != bpf_get_smp_processor_id() + 1 || !from || !to)
		return 0;
	chosen = 0;
	for (int i = 0; i < 20000 && bpf_ktime_get_ns() - now < STUCK_NS; i++)
		bpf_probe_read_kernel(to, BYTES, from);
	count(&hogs.slot[0].total);
	return 0;
}
