// SPDX-License-Identifier: GPL-2.0-only
/* Functions and a static probe of a binary in PATH (tests/tools/probed.c), and what is not there. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

#include <bpf/usdt.bpf.h>

COLLECTOR(binary, "Probes of a binary", OFF);

__u64 calls METRIC("node_binary_calls_total", "Calls.") EVENT("call");
__u64 arguments METRIC("node_binary_arguments_total", "Sum of their arguments.") EVENT("call");
__u64 results METRIC("node_binary_results_total", "Sum of what they return.") EVENT("return");
__u64 steps METRIC("node_binary_steps_total", "Passes of an instruction.") EVENT("step");
__u64 passes METRIC("node_binary_passes_total", "Passes of a probe.") EVENT("pass");
__u64 passed METRIC("node_binary_passed_total", "Sum of its arguments.") EVENT("pass");
__u64 never METRIC("node_binary_never_total", "What cannot be had.") EVENT("never");

SEC("uprobe/probed:probed_function")
EVENT("call")
int BPF_KPROBE(function_begins, long i)
{
	count(&calls);
	count_by(&arguments, i);
	return 0;
}

SEC("uretprobe/probed:probed_function")
EVENT("return")
int BPF_KRETPROBE(function_ends, long result)
{
	count_by(&results, result);
	return 0;
}

SEC("uprobe/probed:probed_steps+0x4")
EVENT("step")
int BPF_KPROBE(second_step)
{
	count(&steps);
	return 0;
}

SEC("usdt/probed:probed:passed")
EVENT("pass")
int probe_passed(struct pt_regs *ctx)
{
	long i = 0;

	count(&passes);
	if (!bpf_usdt_arg(ctx, 0, &i))
		count_by(&passed, i);
	return 0;
}

SEC("uprobe/probed:no_such_function")
ALTERNATIVE("never", 1, "function")
int BPF_KPROBE(no_function)
{
	return 0;
}

SEC("usdt/probed:probed:no_such_probe")
ALTERNATIVE("never", 2, "probe")
int no_probe(struct pt_regs *ctx)
{
	return 0;
}

SEC("uprobe//no/such/binary:main")
ALTERNATIVE("never", 3, "binary")
int BPF_KPROBE(no_binary)
{
	count(&never);
	return 0;
}
