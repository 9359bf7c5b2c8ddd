// SPDX-License-Identifier: GPL-2.0-only
/* How long processes live, by how they end: is something on this host starting processes in a storm? */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(lifetime, "Lifetime of processes, by how they end", OFF);

enum end { END_OK, END_ERROR, END_SIGNAL };

struct processes {
	enum end end PREFIX("END_");
};

struct process_stats {
	HISTOGRAM(SECONDS, 0, -10, 16)
	life METRIC("node_process_lifetime_seconds",
		    "Time from the start of a process to its end.");
};

TABLE(processes, struct processes, END_SIGNAL + 1, struct process_stats);

/* As wait(2) tells it: the signal in the lowest seven bits, the exit status in the next eight. */
static __always_inline enum end end_of(int exit_code)
{
	if (exit_code & 0x7f)
		return END_SIGNAL;
	return exit_code ? END_ERROR : END_OK;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(thread_exits, struct task_struct *task)
{
	struct process_stats *stats;

	if (!process_exits(ctx, task)) /* other threads go on */
		return 0;
	stats = slot(&processes, end_of(task->exit_code));
	if (stats)
		observe(&stats->life, elapsed(bpf_ktime_get_ns(), task->group_leader->start_time));
	return 0;
}
