// SPDX-License-Identifier: GPL-2.0-only
/* Softirqs: how long they wait from being raised until they run, and how long they run. Long
 * waits delay packets and timers; long runs keep tasks from their CPU.
 *
 * Kernels with PREEMPT_RT run handlers in tasks (the one that raised, ksoftirqd, ktimers), which others preempt, and of
 * one vector several at once on a CPU since 7.3; they have no block and rcu softirqs.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(softirq, "Time that softirqs wait and run", ON);

/* In the order of linux/interrupt.h, named as in /proc/softirqs. */
enum vec { HI, TIMER, NET_TX, NET_RX, BLOCK, IRQ_POLL, TASKLET, SCHED, HRTIMER, RCU };

struct labels {
	enum vec vec;
};

/* Runs of one vector on one CPU at once: more than one only with PREEMPT_RT, where each is in a task of its own. */
#define RUNS 4

struct run {
	__u64 entered_ns; /* 0: free */
	__u64 task;
};

struct softirq {
	__u64 raised_ns; /* 0: not raised since its last run */
	struct run under_way[RUNS];
	HISTOGRAM(SECONDS, 1, -21, 2)
	latency METRIC("node_softirq_latency_seconds",
		       "Time from the first raise of a softirq until its handler ran. A high value "
		       "means that packets and timers are late. With PREEMPT_RT this may include "
		       "the waking of a thread.");
	HISTOGRAM(SECONDS, 1, -23, 1)
	run METRIC("node_softirq_seconds",
		   "Time that softirq handlers ran, including the interrupts in between. A high "
		   "value means that tasks on that CPU wait. With PREEMPT_RT it includes what "
		   "preempted the handlers.");
};

TABLE(softirqs, struct labels, 10, struct softirq);

SEC("tp_btf/softirq_raise")
int BPF_PROG(softirq_raise, __u32 vec)
{
	struct softirq *s = slot(&softirqs, vec);

	if (s && !s->raised_ns)
		s->raised_ns = bpf_ktime_get_ns();
	return 0;
}

/* Where a task's run is, which stays on its CPU meanwhile; else a free place, else that of the oldest run. */
static __always_inline struct run *run_of(struct softirq *s, __u64 task)
{
	struct run *run = &s->under_way[0];
	int i;

#pragma unroll
	for (i = 0; i < RUNS; i++) {
		struct run *r = &s->under_way[i];

		if (r->entered_ns && r->task == task)
			return r;
		if (r->entered_ns < run->entered_ns)
			run = r;
	}
	return run;
}

/* A raise between the kernel's taking of the pending softirqs and this entry belongs to the next
 * run, yet fell together with the first one: that run has no start. */
SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, __u32 vec)
{
	struct softirq *s = slot(&softirqs, vec);
	__u64 now = bpf_ktime_get_ns(), task = bpf_get_current_pid_tgid();
	struct run *run;

	if (!s)
		return 0;
	if (s->raised_ns)
		observe(&s->latency, elapsed(now, s->raised_ns));
	else
		lose(LOST_NO_START);
	s->raised_ns = 0;
	run = run_of(s, task);
	if (run->entered_ns)
		lose(LOST_NO_END);
	run->entered_ns = now;
	run->task = task;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_exit, __u32 vec)
{
	__u64 now = bpf_ktime_get_ns(), task = bpf_get_current_pid_tgid();
	struct softirq *s = slot(&softirqs, vec);
	struct run *run;

	if (!s)
		return 0;
	run = run_of(s, task);
	if (!run->entered_ns || run->task != task) {
		lose(LOST_NO_START);
		return 0;
	}
	observe(&s->run, elapsed(now, run->entered_ns));
	run->entered_ns = 0;
	return 0;
}
