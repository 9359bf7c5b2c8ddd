// SPDX-License-Identifier: GPL-2.0-only
/* Every form that a program and a parameter can have. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(programs, "Programs and parameters", ON);

PARAMETER(flag, __u8, , "A number of one byte");
PARAMETER(limit, __u64, , "A number of eight bytes") = 5;
PARAMETER(timed, __u8, [512], "A set") DECODE(syscall) DEFAULT("read,write");
PARAMETER(none, bool, [3], "A set that is empty") DECODE(uint) DEFAULT("");

static __attribute__((noinline)) int helper(int n)
{
	return n + flag;
}

__attribute__((noinline)) int shared_helper(int n)
{
	return n + (int)limit;
}

SEC("perf_event")
int plain(void *ctx)
{
	return timed[helper((int)limit) & 511];
}

SEC("tp_btf/sched_switch")
ALTERNATIVE("switch", 1, "in one")
NEEDS("args:4")
NEEDS("field:request.start_time_ns")
NEEDS("!parameter:timed")
int BPF_PROG(first, bool preempt)
{
	return 0;
}

SEC("tp_btf/sched_switch")
ALTERNATIVE("switch", 2, "in two")
int BPF_PROG(second, bool preempt)
{
	return 0;
}

SEC("tp_btf/sched_wakeup")
ALTERNATIVE("switch", 2, "in two")
int BPF_PROG(third, struct task_struct *p)
{
	return 0;
}

SEC("perf_event")
EVENT("other")
int fourth(void *ctx)
{
	return none[0];
}
