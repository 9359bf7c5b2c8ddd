/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs on system calls need to know of the architecture. Include "vmlinux.h" and collector.bpf.h before. */
#ifndef BPF_EXPORTER_SYSCALL_BPF_H
#define BPF_EXPORTER_SYSCALL_BPF_H

/* SYSCALL_FUNCTION("fsync"): the kernel's function for it, to attach fentry and kprobes to. Calls without
 * arguments have none in BTF.
 * syscall_number(regs): of the call that enters or returns; -1 where a signal handler ends.
 * syscall_is_32bit(regs): whether it is one of the 32-bit ABI, where the numbers mean other calls.
 * syscall_refused_result(regs): what a call returns that a seccomp filter answers with SIGSYS. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALL_FUNCTION(name) "__x64_sys_" name
#define syscall_number(regs) ((__s32)(regs)->orig_ax)
#define syscall_refused_result(regs) syscall_number(regs)
enum { CALL_EXECVE = 59, CALL_RESTART_SYSCALL = 219, CALL_EXECVEAT = 322 };
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_FUNCTION(name) "__arm64_sys_" name
#define syscall_number(regs) ((regs)->syscallno)
#define syscall_refused_result(regs) ((long)(regs)->orig_x0)
enum { CALL_RESTART_SYSCALL = 128 };
#endif

/* More than any native ABI has system calls. Any program can ask for a number beyond: DECODE(syscall) calls the last
 * one `unknown`. */
#define SYSCALLS 512
#define SYSCALL_UNKNOWN (SYSCALLS - 1)

/* ---- the 32-bit ABI ---- */

#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 2

/* Of the task that runs, while it is in a call. */
static __always_inline bool task_is_in_32bit_call(void)
{
	struct task_struct *task;

	/* The kernel has it since 5.11. */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) {
		task = bpf_get_current_task_btf();
		return task->thread_info.status & TS_COMPAT;
	}
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

static __always_inline bool syscall_is_32bit(const struct pt_regs *regs)
{
	/* The instruction for native calls leaves the address to return to in cx. Others do only where a
	 * program wants to look like that, and asking the task takes more time than all the rest. */
	return regs->cx != regs->ip && task_is_in_32bit_call();
}
#elif defined(__TARGET_ARCH_arm64)
#define PSR_MODE32_BIT 0x10

static __always_inline bool syscall_is_32bit(const struct pt_regs *regs)
{
	return regs->user_regs.pstate & PSR_MODE32_BIT;
}
#endif

/* ---- the task that runs ---- */

/* Its registers of user space, for where a program does not get them: to be read by helper. */
static __always_inline const struct pt_regs *user_registers(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	/* Before 5.15: at the top of a stack of 16 KiB. */
	return BPF_CORE_READ(task, stack) + (1 << 14) - bpf_core_type_size(struct pt_regs);
}

/* The call that it is in, below 0: none. */
static __always_inline __s32 current_syscall(void)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(user_registers(), orig_ax);
#else
	return BPF_CORE_READ(user_registers(), syscallno);
#endif
}

/* A filter may answer its calls, which then return without having begun. */
static __always_inline bool is_filtered_by_seccomp(void)
{
	const struct task_struct *task = (void *)bpf_get_current_task();

	return bpf_core_field_exists(task->seccomp) && BPF_CORE_READ(task, seccomp.mode);
}

/* Whether a filter has just answered its call with SIGSYS, a call that returned syscall_refused_result(). */
static __always_inline bool is_refused_with_sigsys(void)
{
	const struct task_struct *task = (void *)bpf_get_current_task();

	return is_filtered_by_seccomp() &&
	       BPF_CORE_READ(task, pending.signal.sig[0]) >> (31 - 1) & 1;
}

/* ---- calls that signals interrupt ---- */

/* The call ends without a result: then it is made again, or the program sees EINTR (include/linux/errno.h). */
enum {
	ERESTARTSYS = 512,
	ERESTARTNOINTR = 513,
	ERESTARTNOHAND = 514,
	ERESTART_RESTARTBLOCK = 516,
};

static __always_inline bool is_interrupted(long result)
{
	return result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
	       result == -ERESTART_RESTARTBLOCK;
}

/* What to remember where it returns: signal_deliver comes next if a signal has a handler. */
struct interrupted_call {
	__s32 number;
	__s32 result; /* 0: there is none */
	__u64 at; /* where the program makes it again */
};

static __always_inline struct interrupted_call interrupted_call(const struct pt_regs *regs,
								__s32 number, long result)
{
#if defined(__TARGET_ARCH_x86)
	return (struct interrupted_call){ number, result, regs->ip - 2 };
#else
	return (struct interrupted_call){ number, result, regs->user_regs.pc - 4 };
#endif
}

/* Whether the task is about to return from this call, and not interrupted elsewhere. */
static __always_inline bool is_returning_from(const struct interrupted_call *call)
{
	const struct pt_regs *regs = user_registers();

#if defined(__TARGET_ARCH_x86)
	return call->result && (__s32)BPF_CORE_READ(regs, orig_ax) >= 0 &&
	       (__s32)BPF_CORE_READ(regs, ax) == call->result;
#else
	/* The kernel has made it ready to be made again. */
	return call->result && BPF_CORE_READ(regs, user_regs.pc) == call->at;
#endif
}

#define SA_RESTART 0x10000000
#define SIG_IGN 1 /* and SIG_DFL 0: no handler runs */

static __always_inline bool runs_handler(const struct k_sigaction *action)
{
	return (unsigned long)action->sa.sa_handler > SIG_IGN;
}

/* Whether the program sees EINTR, once this handler has run; else the call is made again. */
static __always_inline bool is_ended_by(const struct k_sigaction *action, long result)
{
	if (result == -ERESTARTSYS)
		return !(action->sa.sa_flags & SA_RESTART);
	return result != -ERESTARTNOINTR;
}

#endif
