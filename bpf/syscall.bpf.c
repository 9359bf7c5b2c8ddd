// SPDX-License-Identifier: GPL-2.0-only
/* Which system calls this host makes, how they fail, and how long chosen ones take.
 *
 * Counts come from the return alone, half the price of watching both ends: a call shows when it returns, and
 * those that never do (exit, exit_group, rt_sigreturn) do not show. The beginning is only watched where
 * --collector.syscall.timed asks for times.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(syscall, "System calls by name, their errors, and the time of chosen ones", OFF);

PARAMETER(timed, __u8, [SYSCALLS],
	  "System calls whose time is measured: names, with commas between")
DECODE(syscall) DEFAULT("");

OUTLIERS(100000000); /* 100 ms */

struct call_labels {
	__u32 syscall DECODE(syscall) VALUES(512);
};

struct error_labels {
	__u32 syscall DECODE(syscall);
	__u32 errno DECODE(errno);
};

struct time_labels {
	__u32 syscall DECODE(syscall);
};

struct calls {
	__u64 total METRIC("node_syscall_calls_total", "System calls that returned; exit, "
						       "exit_group and rt_sigreturn never do.");
};

struct compat_calls {
	__u64 total METRIC(
		"node_syscall_compat_calls_total",
		"System calls of the 32-bit ABI that returned; no other metric counts them.");
};

struct errors {
	__u64 total METRIC("node_syscall_errors_total", "System calls that returned an error.");
};

struct times {
	HISTOGRAM(SECONDS, 1, -22, 4)
	time EVENT("time") METRIC("node_syscall_seconds", "Time of the chosen system calls.");
	EXEMPLAR(time);
};

TABLE(calls, struct call_labels, SYSCALLS, struct calls);
TABLE(compat_calls, struct unlabelled, 1, struct compat_calls);
PERCPU_HASH(errors, struct error_labels, struct errors, 1024);
PERCPU_HASH(times, struct time_labels, struct times, 64);
TASK_STORAGE(entered, __u64);

/* A new task begins its life by returning 0 from a call that its parent made. */
static __always_inline bool is_first_return(__s32 number, long result)
{
	if (result)
		return false;
#if defined(__TARGET_ARCH_x86)
	return number == 56 || number == 57 || number == 58 || number == 435;
#else
	return number == 220 || number == 435; /* clone, clone3 */
#endif
}

static __always_inline void count_error(__s32 number, long result)
{
	struct error_labels key = { .syscall = number, .errno = -result };
	struct errors *e = series(&errors, &key);

	if (e)
		count(&e->total);
}

/* The call's number where it is to be counted; -1 otherwise. */
static __always_inline __s32 count_call(struct pt_regs *regs, long result)
{
	__s32 number = syscall_number(regs);
	struct compat_calls *compat;
	struct calls *c;

	if (syscall_is_32bit(regs)) {
		compat = slot(&compat_calls, 0);
		if (compat)
			count(&compat->total);
		return -1;
	}
	if (number < 0 || is_first_return(number, result)) /* below 0: a signal handler ends */
		return -1;
	c = slot(&calls, number);
	if (!c)
		return -1;
	count(&c->total);
	if (result < 0 && result >= -MAX_ERRNO)
		count_error(number, result);
	return number;
}

SEC("tp_btf/sys_enter")
EVENT("time")
NEEDS("parameter:timed")
NEEDS("enumerator:bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE")
int BPF_PROG(enter, struct pt_regs *regs, long number)
{
	__u64 *start;

	if (number < 0 || number >= SYSCALLS || !timed[number])
		return 0; /* a 32-bit call with such a number gets a stamp that nobody looks at */
	start = bpf_task_storage_get(&entered, bpf_get_current_task_btf(), NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (start)
		*start = bpf_ktime_get_ns();
	else
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline void observe_call(__u32 number, __u64 ns)
{
	struct time_labels key = { .syscall = number };
	struct times *t = series(&times, &key);

	if (!t)
		return;
	observe(&t->time, ns);
	if (is_outlier(ns))
		keep_exemplar_of_current(&t->time_exemplar, ns);
}

static __always_inline void measure(__u32 number)
{
	__u64 *start = bpf_task_storage_get(&entered, bpf_get_current_task_btf(), NULL, 0);

	if (!start || !*start) {
		lose(LOST_NO_START);
		return;
	}
	observe_call(number, elapsed(bpf_ktime_get_ns(), *start));
	*start = 0;
}

SEC("tp_btf/sys_exit")
ALTERNATIVE("return", 1, "counted and timed")
NEEDS("parameter:timed")
NEEDS("enumerator:bpf_map_type.BPF_MAP_TYPE_TASK_STORAGE")
int BPF_PROG(exit_timed, struct pt_regs *regs, long result)
{
	__s32 number = count_call(regs, result);

	if (number >= 0 && timed[number & (SYSCALLS - 1)])
		measure(number);
	return 0;
}

SEC("tp_btf/sys_exit")
ALTERNATIVE("return", 2, "counted")
int BPF_PROG(exit_counted, struct pt_regs *regs, long result)
{
	count_call(regs, result);
	return 0;
}
