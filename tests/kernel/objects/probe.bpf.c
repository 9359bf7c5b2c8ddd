// SPDX-License-Identifier: GPL-2.0-only
/* Kprobes at single system calls of a process. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(probe, "Kprobes at one function", OFF);

PARAMETER(watched, __u32, , "Process whose calls count");

__u64 offset METRIC("node_probe_offset_total", "Behind the first instruction.") EVENT("offset");
__u64 call METRIC("node_probe_call_total", "System calls.") EVENT("call");
__u64 result METRIC("node_probe_return_total", "Their returns.") EVENT("return");
__u64 waits METRIC("node_probe_waits_total", "Returns of a call that waits.") EVENT("waits");
__u64 never METRIC("node_probe_never_total", "What cannot be had.") EVENT("never");

static __always_inline int note(__u64 *counter)
{
	if (bpf_get_current_pid_tgid() >> 32 == watched)
		count(counter);
	return 0;
}

/* The first instruction has five bytes, or four where it is an ENDBR64. */
SEC("kprobe/" SYSCALL_FUNCTION("getppid") "+0x5")
ALTERNATIVE("offset", 1, "five")
int behind_call(struct pt_regs *ctx)
{
	return note(&offset);
}

SEC("kprobe/" SYSCALL_FUNCTION("getppid") "+0x4")
ALTERNATIVE("offset", 2, "four")
int behind_endbr(struct pt_regs *ctx)
{
	return note(&offset);
}

SEC("ksyscall/getppid")
EVENT("call")
int call_begins(struct pt_regs *ctx)
{
	return note(&call);
}

SEC("kretsyscall/getppid")
EVENT("return")
int call_ends(struct pt_regs *ctx)
{
	return note(&result);
}

SEC("kretsyscall/rt_sigtimedwait")
EVENT("waits")
int wait_ends(struct pt_regs *ctx)
{
	return note(&waits);
}

SEC("kprobe/no_such_function")
EVENT("never")
int no_function(struct pt_regs *ctx)
{
	return note(&never);
}
