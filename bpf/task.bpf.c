// SPDX-License-Identifier: GPL-2.0-only
/* Tasks: how many are made, become another program, end and why, and are sent signals. Storms of
 * short processes, crashing services and kills show here and in no gauge.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(task, "Forks, execs, exits and signals", ON);

enum kind { PROCESS, THREAD };
enum cause { OK, ERROR, SIGNAL };
enum result { DELIVERED, IGNORED, ALREADY_PENDING, OVERFLOW_FAIL, LOSE_INFO };

struct fork_labels {
	enum kind kind;
};

struct exit_labels {
	enum cause cause;
};

struct signal_labels {
	__u32 signal DECODE(signal) VALUES(65);
	enum result result;
};

struct forks {
	__u64 total METRIC(
		"node_task_forks_total",
		"Tasks created, by kind: a process or a thread of one; tasks of the kernel count "
		"as processes. A high value means many short-lived processes or threads.")
		EVENT("fork");
};

struct execs {
	__u64 total METRIC("node_task_execs_total",
			   "Programs started by exec; failed attempts are not counted. A high "
			   "value means many short-lived programs, such as those of scripts.")
		EVENT("exec");
};

struct exits {
	__u64 total METRIC("node_task_exits_total",
			   "Processes that ended, by cause: exit status 0 (ok), another status "
			   "(error), or killed by a signal (signal). A high value of signal means "
			   "that processes crash or are killed.") EVENT("exit");
};

struct signals {
	__u64 total METRIC(
		"node_task_signals_total",
		"Signals sent, by signal and what became of it. A high value of SIGSEGV or SIGABRT "
		"means that processes crash, of SIGKILL that they are killed. overflow_fail: not "
		"sent because its queue was full; lose_info: sent without its information.")
		EVENT("signal");
};

GLOBAL(forks, struct fork_labels, 2, struct forks);
GLOBAL(execs, struct unlabelled, 1, struct execs);
GLOBAL(exits, struct exit_labels, 3, struct exits);

#define RESULTS (LOSE_INFO + 1)
SHARED_TABLE(signals, struct signal_labels, 65 * RESULTS, struct signals);

#define CLONE_THREAD 0x10000

EVENT("fork")
SEC("tp_btf/task_newtask")
int BPF_PROG(new_task, struct task_struct *task, __u64 clone_flags)
{
	count(&forks.slot[clone_flags & CLONE_THREAD ? THREAD : PROCESS].total);
	return 0;
}

EVENT("exec")
SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec)
{
	count(&execs.slot[0].total);
	return 0;
}

#define SIGNAL_GROUP_EXIT 0x4

/* As wait() tells it: of the whole process, whichever of its threads ends it. */
static __always_inline enum cause cause_of(const struct task_struct *task)
{
	const struct signal_struct *signal = task->signal;
	int code = signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code
						     : task->group_leader->exit_code;

	if (code & 0x7f)
		return SIGNAL;
	return code ? ERROR : OK;
}

EVENT("exit")
SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	if (process_exits(ctx, task))
		count(&exits.slot[cause_of(task)].total);
	return 0;
}

EVENT("signal")
SEC("tp_btf/signal_generate")
int BPF_PROG(signal_sent, __u32 signal, void *info, void *task, int group, __u32 result)
{
	struct signals *s = NULL;

	if (result < RESULTS)
		s = slot(&signals, signal * RESULTS + result);
	else
		lose(LOST_OUT_OF_RANGE);
	if (s)
		count(&s->total);
	return 0;
}
