// SPDX-License-Identifier: GPL-2.0-only
/* Alternatives that fail in each way there is, before one that runs. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(choose, "Alternatives that fail before one that runs", OFF);

PARAMETER(watched, __u32, , "Process whose forks count");
PARAMETER(timed, __u32, , "Whether forks are timed");

__u64 forks METRIC("node_choose_forks_total", "Forks of the watched process.");
__u64 switches METRIC("node_choose_switches_total", "Context switches.") EVENT("switch");

/* Every object needs this one. */
SEC("tp_btf/task_newtask")
int BPF_PROG(forked, struct task_struct *task)
{
	if (task->pid == task->tgid && bpf_get_current_pid_tgid() >> 32 == watched)
		count(&forks);
	return 0;
}

SEC("tp_btf/sched_switch")
ALTERNATIVE("switch", 1, "field")
NEEDS("field:task_struct.no_such_field")
int BPF_PROG(by_field)
{
	count(&switches);
	return 0;
}

/* The verifier does not let a number be read from. */
SEC("raw_tp/sched_switch")
ALTERNATIVE("switch", 2, "verifier")
int by_number(const __u64 *ctx)
{
	return *(volatile const int *)(ctx[0] + 8);
}

/* Left out of the object when it is loaded. */
struct {
	__uint(type, 60);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} of_no_kernel SEC(".maps");

SEC("raw_tp/sched_switch")
ALTERNATIVE("switch", 3, "map")
int by_map(const __u64 *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&of_no_kernel, &key);
}

/* Loaded and attached before the one beside it fails. */
SEC("raw_tp/sched_switch")
ALTERNATIVE("switch", 4, "attach")
int before_it(const __u64 *ctx)
{
	count(&switches);
	return 0;
}

/* The verifier lets it read an argument that the tracepoint, as the kernel finds when it attaches, does not have. */
SEC("raw_tp/sched_switch")
ALTERNATIVE("switch", 4, "attach")
int by_argument(const __u64 *ctx)
{
	return (int)ctx[9];
}

SEC("raw_tp/sched_switch")
ALTERNATIVE("switch", 5, "works")
int by_tracepoint(const __u64 *ctx)
{
	count(&switches);
	return 0;
}

SEC("tp_btf/sched_switch")
ALTERNATIVE("switch", 6, "never tried")
int BPF_PROG(by_nothing)
{
	return 0;
}

SEC("tp_btf/task_newtask")
EVENT("timed")
NEEDS("parameter:timed")
int BPF_PROG(fork_timed)
{
	return 0;
}

SEC("raw_tp/no_such_tracepoint")
EVENT("gone")
int gone(const __u64 *ctx)
{
	return 0;
}
