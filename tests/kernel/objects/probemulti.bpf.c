// SPDX-License-Identifier: GPL-2.0-only
/* Links to all functions of a pattern, and to both ends of one. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(probemulti, "Kprobes at several functions", OFF);

PARAMETER(watched, __u32, , "Process whose calls count");

__u64 multi METRIC("node_probemulti_calls_total", "Functions of a pattern.") EVENT("multi");
__u64 multi_return METRIC("node_probemulti_returns_total", "Their returns.") EVENT("multi_return");
__u64 waits METRIC("node_probemulti_waits_total", "Returns of a call that waits.") EVENT("waits");
__u64 session METRIC("node_probemulti_session_total", "Calls and returns.") EVENT("session");

static __always_inline int note(__u64 *counter)
{
	if (bpf_get_current_pid_tgid() >> 32 == watched)
		count(counter);
	return 0;
}

/* Of the names that a function has, tracefs lists one: a call without arguments has this. */
SEC("kprobe.multi/__do_sys_getppi?")
EVENT("multi")
int one_of_many_begins(struct pt_regs *ctx)
{
	return note(&multi);
}

SEC("kretprobe.multi/" SYSCALL_FUNCTION("getppid"))
EVENT("multi_return")
int one_of_many_ends(struct pt_regs *ctx)
{
	return note(&multi_return);
}

SEC("kretprobe.multi/" SYSCALL_FUNCTION("rt_sigtimedwait"))
EVENT("waits")
int wait_ends(struct pt_regs *ctx)
{
	return note(&waits);
}

/* It runs at both ends, since it returns 0 at the first. */
SEC("kprobe.session/" SYSCALL_FUNCTION("getppid"))
EVENT("session")
int both_ends(struct pt_regs *ctx)
{
	return note(&session);
}
