/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs on system calls need to know of the architecture. Include "vmlinux.h" and collector.bpf.h before. */
#ifndef BPF_EXPORTER_SYSCALL_BPF_H
#define BPF_EXPORTER_SYSCALL_BPF_H

/* SYSCALL_FUNCTION("fsync"): the kernel's function for it, to attach fentry and kprobes to. Calls without
 * arguments have none in BTF.
 * syscall_number(regs): of the call that enters or returns; -1 where a signal handler ends.
 * syscall_is_32bit(regs): whether it is one of the 32-bit ABI, where the numbers mean other calls. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALL_FUNCTION(name) "__x64_sys_" name
#define syscall_number(regs) ((__s32)(regs)->orig_ax)
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_FUNCTION(name) "__arm64_sys_" name
#define syscall_number(regs) ((regs)->syscallno)
#endif

/* More than any native ABI has system calls. */
#define SYSCALLS 512

#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 2

static __always_inline bool syscall_is_32bit(const struct pt_regs *regs)
{
	struct task_struct *task;

	/* The instruction for native calls leaves the address to return to in cx. Others do only where a
	 * program wants to look like that, and asking the task takes more time than all the rest. */
	if (regs->cx == regs->ip)
		return false;
	/* The kernel has it since 5.11. */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) {
		task = bpf_get_current_task_btf();
		return task->thread_info.status & TS_COMPAT;
	}
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}
#elif defined(__TARGET_ARCH_arm64)
#define PSR_MODE32_BIT 0x10

static __always_inline bool syscall_is_32bit(const struct pt_regs *regs)
{
	return regs->user_regs.pstate & PSR_MODE32_BIT;
}
#endif

#endif
