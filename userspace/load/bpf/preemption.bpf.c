// SPDX-License-Identifier: GPL-2.0-only
/* Keeps a CPU that another task wants, until the kernel takes it away or some ticks have passed: whether programs are
 * preempted where they run as those at functions do, and where they run as those at tracepoints do. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../preemption_state.h"

/* The scheduler grants a slice of 3 ms; where preemption is lazy, it waits one tick more. Ticks are those that are seen:
 * where a virtual CPU stands still, its next tick brings the time of many. */
#define TICKS 6
#define LEAST_NS 12000000
#define TURNS (1 << 20)

struct task_struct {
	unsigned long nivcsw;
} __attribute__((preserve_access_index));

struct preemption_state state;

struct wait {
	__u64 switches, jiffies, ns;
	__u32 ticks;
	bool preempted;
};

static int turn(__u32 i, struct wait *w)
{
	const struct task_struct *task = (void *)bpf_get_current_task_btf();
	const __u64 jiffies = bpf_jiffies64();

	w->preempted = task->nivcsw != w->switches;
	if (w->preempted)
		return 1;
	w->ticks += jiffies != w->jiffies;
	w->jiffies = jiffies;
	return w->ticks >= TICKS && bpf_ktime_get_ns() - w->ns > LEAST_NS;
}

static enum preemption_outcome wait_for_preemption(void)
{
	const struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct wait w = {
		.switches = task->nivcsw,
		.jiffies = bpf_jiffies64(),
		.ns = bpf_ktime_get_ns(),
	};

	bpf_loop(TURNS, turn, &w, 0);
	return w.preempted ? PREEMPTION_SEEN : PREEMPTION_NONE;
}

SEC("syscall")
int function(void *ctx)
{
	(void)ctx;
	state.function = wait_for_preemption();
	return 0;
}

SEC("raw_tp/sched_process_exit")
int tracepoint(void *ctx)
{
	(void)ctx;
	if ((__u32)bpf_get_current_pid_tgid() == state.thread)
		state.tracepoint = wait_for_preemption();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
