// SPDX-License-Identifier: GPL-2.0-only
/* Which system calls this host makes, how they fail, and how long chosen ones take.
 *
 * Counts come from the return alone, half the price of watching both ends: a call shows when it returns, and
 * those that never do (exit, exit_group, rt_sigreturn, what a signal kills) do not show. The beginning is only
 * watched where --collector.syscall.timed asks for times.
 *
 * A call counts once, under the name and with the error that its program knows: not each time that a signal
 * interrupts it, and not as restart_syscall or (x86: execveat) as execve, which it returns as.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/error.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/span.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(syscall, "System calls by name, their errors, and the time of chosen ones", OFF);

PARAMETER(timed, __u8, [SYSCALLS], "System calls whose time is measured: names separated by commas")
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
	__u64 total METRIC("node_syscall_calls_total",
			   "System calls that returned, including those that a seccomp filter "
			   "answered. A high value shows what programs ask of the kernel. exit, "
			   "exit_group and rt_sigreturn never return. other: a number without a "
			   "name; unknown: a number that no kernel has.");
	__u64 failures METRIC("node_syscall_failures_total",
			      "System calls that returned an error of any kind. A high value may "
			      "be normal, as programs provoke errors such as EAGAIN and ENOENT: "
			      "node_syscall_errors_total tells errors apart. This count is exact "
			      "even when node_syscall_errors_total is full.");
};

struct compat_calls {
	__u64 total METRIC(
		"node_syscall_compat_calls_total",
		"System calls of the 32-bit ABI that returned; no other metric counts them. A high "
		"value means that the other metrics show too little of this host's system calls.");
};

struct errors {
	__u64 total METRIC("node_syscall_errors_total",
			   "System calls that returned an error, by error, including errors that a "
			   "seccomp filter returned. A high value means that programs keep failing "
			   "for this reason. SIGSYS: a filter answered with this signal; other: a "
			   "number that is no error of the kernel.");
};

struct times {
	HISTOGRAM(SECONDS, 1, -22, 4)
	time EVENT("time")
		METRIC("node_syscall_seconds",
		       "Time of the system calls in --collector.syscall.timed, waiting included. A "
		       "high value means that programs spend time in this call; those that wait "
		       "for events do so normally. A call that is made again after a signal's "
		       "handler begins anew. A call that a seccomp filter answers has no time.");
	EXEMPLAR(time);
};

TABLE(calls, struct call_labels, SYSCALLS, struct calls);
TABLE(compat_calls, struct unlabelled, 1, struct compat_calls);
PERCPU_HASH(errors, struct error_labels, struct errors, 1024);
PERCPU_HASH(times, struct time_labels, struct times, 64);

/* ---- what a task's call is called ---- */

#ifndef unlikely /* libbpf 1.6 has it */
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#define NOT_COUNTED (-1)
#define COMPAT (-2)
#define HANDLER_ENDS (-1) /* the number that rt_sigreturn returns under */

struct memory {
	struct interrupted_call interrupted;
	bool is_execveat; /* what will return as execve */
};

PER_TASK(memories, struct memory);

/* The call that a signal interrupted and that now returns as restart_syscall. */
static __always_inline __s32 restarted_call(void)
{
	struct memory *m = memories_of_current(false);

	if (!m || m->interrupted.result != -ERESTART_RESTARTBLOCK)
		return CALL_RESTART_SYSCALL;
	m->interrupted.result = 0;
	return m->interrupted.number;
}

#if defined(__TARGET_ARCH_x86)
/* Execution gives the task its new name before it changes the number that it returns under. */
SEC("tp_btf/task_rename")
EVENT("execveat")
int BPF_PROG(execution, struct task_struct *task)
{
	struct memory *m;

	if (task->pid != (int)bpf_get_current_pid_tgid() || current_syscall() != CALL_EXECVEAT)
		return 0;
	m = of_current(memories);
	if (m)
		m->is_execveat = true;
	return 0;
}

static __always_inline __s32 executing_call(void)
{
	struct memory *m = memories_of_current(false);

	if (!m || !m->is_execveat)
		return CALL_EXECVE;
	m->is_execveat = false;
	return CALL_EXECVEAT;
}

#define EXECVE CALL_EXECVE
#else
#define EXECVE NOT_COUNTED /* calls that execute return as what they are */

static __always_inline __s32 executing_call(void)
{
	return NOT_COUNTED;
}
#endif

/* A new task begins its life by returning 0 from a call that its parent made. */
static __always_inline bool makes_child(__s32 number)
{
#if defined(__TARGET_ARCH_x86)
	return number == 56 || number == 57 || number == 58 || number == 435;
#else
	return number == 220 || number == 435; /* clone, clone3 */
#endif
}

/* The number of a call of the native ABI as its program knows it, or NOT_COUNTED. */
static __always_inline __s32 call_of(const struct pt_regs *regs, long result)
{
	const __s32 number = syscall_number(regs);

	if (unlikely((__u32)number >= SYSCALLS))
		return number == HANDLER_ENDS ? NOT_COUNTED : SYSCALL_UNKNOWN;
	if (unlikely(number == CALL_RESTART_SYSCALL))
		return restarted_call();
	if (result)
		return number;
	if (unlikely(makes_child(number)))
		return NOT_COUNTED;
	return unlikely(number == EXECVE) ? executing_call() : number;
}

/* ---- counting ---- */

static __always_inline void count_error(__s32 number, __u32 error)
{
	struct error_labels key = { .syscall = number, .errno = error };
	struct errors *e = series(&errors, &key);

	if (e)
		count(&e->total);
}

static __always_inline void count_compat_call(void)
{
	struct compat_calls *c = slot(&compat_calls, 0);

	if (c)
		count(&c->total);
}

static __always_inline void count_call(__s32 number, __u32 error)
{
	struct calls *c = slot(&calls, number & (SYSCALLS - 1));

	if (!c)
		return;
	count(&c->total);
	if (unlikely(error)) {
		count(&c->failures);
		count_error(number, error);
	}
}

enum returned { COUNTED, INTERRUPTED, NO_CALL };

static __always_inline enum returned interrupted(const struct pt_regs *regs, __s32 number,
						 long result)
{
	struct interrupted_call call = interrupted_call(regs, number, result);
	struct memory *m = of_current(memories);

	if (m)
		m->interrupted = call;
	return INTERRUPTED;
}

static __always_inline enum returned count_return(const struct pt_regs *regs, long result,
						  __s32 *number)
{
	__u32 error = 0;

	*number = COMPAT;
	if (unlikely(syscall_is_32bit(regs))) {
		if (is_interrupted(result))
			return interrupted(regs, COMPAT, result);
		count_compat_call();
		return COUNTED;
	}
	*number = call_of(regs, result);
	if (unlikely(*number == NOT_COUNTED))
		return NO_CALL;
	if (unlikely(is_error(result))) {
		if (is_interrupted(result))
			return interrupted(regs, *number, result);
		error = errno_label(result);
	} else if (unlikely(result == syscall_refused_result(regs)) && is_refused_with_sigsys()) {
		error = ERRNO_SIGSYS;
	}
	count_call(*number, error);
	return COUNTED;
}

/* ---- times ---- */

/* When the call of a task began: taken by the return of the same call, and by whatever returns instead of it. */
struct beginning {
	__u64 ns; /* 0: none is under way */
	__s32 number;
	bool is_interrupted; /* if it is made again, it goes on */
};

PER_TASK(beginnings, struct beginning);

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

static __always_inline void measure(__s32 number)
{
	struct beginning *b = beginnings_of_current(false);

	if (b && b->ns && b->number == number)
		observe_call(number, elapsed(bpf_ktime_get_ns(), b->ns));
	else if (!is_filtered_by_seccomp())
		lose(LOST_NO_START);
	if (b)
		b->ns = 0;
}

static __always_inline bool is_timed(__s32 number)
{
	return number >= 0 && timed[number & (SYSCALLS - 1)];
}

/* A call that will be made again keeps its beginning; what returns instead of another call takes it away. */
static __always_inline void set_aside(bool is_interrupted)
{
	struct beginning *b = beginnings_of_current(false);

	if (!b)
		return;
	b->is_interrupted = is_interrupted && b->ns;
	if (!is_interrupted)
		b->ns = 0;
}

/* ---- returns ---- */

SEC("tp_btf/sys_exit")
ALTERNATIVE("return", 1, "counted and timed")
NEEDS("parameter:timed")
int BPF_PROG(exit_timed, struct pt_regs *regs, long result)
{
	__s32 number;
	enum returned returned = count_return(regs, result, &number);

	if (returned == COUNTED && is_timed(number))
		measure(number);
	else if (returned != COUNTED || number == COMPAT)
		set_aside(returned == INTERRUPTED);
	return 0;
}

SEC("tp_btf/sys_exit")
ALTERNATIVE("return", 2, "counted")
int BPF_PROG(exit_counted, struct pt_regs *regs, long result)
{
	__s32 number;

	count_return(regs, result, &number);
	return 0;
}

/* ---- interrupted calls that a signal's handler ends with EINTR ---- */

/* The number of the interrupted call that the task will not go on with, after this action; NOT_COUNTED where it does,
 * or where there is none. */
static __always_inline enum returned end_by(const struct k_sigaction *action, __s32 *number)
{
	struct memory *m = memories_of_current(false);
	__s32 result;

	if (!m || !runs_handler(action) || !is_returning_from(&m->interrupted))
		return NO_CALL;
	*number = m->interrupted.number;
	result = m->interrupted.result;
	m->interrupted.result = 0;
	if (!is_ended_by(action, result))
		return INTERRUPTED;
	if (*number == COMPAT)
		count_compat_call();
	else
		count_call(*number, EINTR);
	return COUNTED;
}

SEC("tp_btf/signal_deliver")
ALTERNATIVE("return", 1, "counted and timed")
int BPF_PROG(deliver_timed, int signal, void *info, struct k_sigaction *action)
{
	__s32 number;
	enum returned returned = end_by(action, &number);

	if (returned == COUNTED && is_timed(number))
		measure(number);
	else if (returned != NO_CALL)
		set_aside(false);
	return 0;
}

SEC("tp_btf/signal_deliver")
ALTERNATIVE("return", 2, "counted")
int BPF_PROG(deliver_counted, int signal, void *info, struct k_sigaction *action)
{
	__s32 number;

	end_by(action, &number);
	return 0;
}

/* ---- beginnings: attached last, so that none waits for a return that nobody sees ---- */

SEC("tp_btf/sys_enter")
EVENT("time")
NEEDS("parameter:timed")
int BPF_PROG(enter, struct pt_regs *regs, long number)
{
	struct beginning *b;

	if (number < 0 || number >= SYSCALLS || !timed[number])
		return 0; /* a 32-bit call with such a number gets a stamp that its return takes away */
	b = of_current(beginnings);
	if (!b)
		return 0;
	if (b->is_interrupted && (b->number == number || number == CALL_RESTART_SYSCALL)) {
		b->is_interrupted = false;
		return 0;
	}
	if (b->ns && !b->is_interrupted)
		lose(LOST_NO_END);
	b->is_interrupted = false;
	b->number = number;
	b->ns = bpf_ktime_get_ns();
	return 0;
}
