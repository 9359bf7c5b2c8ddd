// SPDX-License-Identifier: GPL-2.0-only
/* Run-queue latency without the scheduler's notes: stamps from the call that wakes, which a product must not have, since
 * task storage is made under the run queue's lock. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(wakeup, "Run-queue latency by stamps", OFF);

struct runqueue {
	HISTOGRAM(SECONDS, 2, -20, 4)
	latency METRIC("node_wakeup_latency_seconds",
		       "Time that runnable tasks waited for a CPU before they ran.");
};

TABLE(runqueue, struct unlabelled, 1, struct runqueue);
TASK_STORAGE(queued, __u64);

static __always_inline int stamp_queued(struct task_struct *task)
{
	__u64 *ns = bpf_task_storage_get(&queued, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (ns)
		*ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct runqueue *r = slot(&runqueue, 0);
	__u64 *ns;

	if (prev->pid && (preempt || !switched_out_state(ctx, prev)))
		stamp_queued(prev);
	if (!next->pid || !r)
		return 0;
	ns = bpf_task_storage_get(&queued, next, NULL, 0);
	if (!ns || !*ns) {
		lose(LOST_NO_START);
		return 0;
	}
	observe(&r->latency, elapsed(bpf_ktime_get_ns(), *ns));
	*ns = 0;
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(wakeup, struct task_struct *task)
{
	return stamp_queued(task);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(wakeup_new, struct task_struct *task)
{
	return stamp_queued(task);
}
