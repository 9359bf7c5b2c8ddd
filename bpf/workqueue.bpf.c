// SPDX-License-Identifier: GPL-2.0-only
/* Workqueues: how long deferred kernel work waits for a worker. Writeback, block completions,
 * network and filesystem housekeeping stand behind one that hogs its pool.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(workqueue, "Time that deferred work waits for a worker", ON);

enum pool { BOUND, UNBOUND, HIGHPRI, BH };

struct labels {
	enum pool pool;
};

struct work {
	HISTOGRAM(SECONDS, 2, -20, 5)
	latency METRIC(
		"node_workqueue_latency_seconds",
		"Time from queueing a work item until a worker began it; pool: bound to a CPU, "
		"unbound, highpri (of either kind), bh (in softirq).");
};

TABLE(works, struct labels, 4, struct work);
STAMPS(queued, 4096);

static __always_inline enum pool pool_of(const struct workqueue_struct *wq)
{
	if (wq->flags & WQ_BH)
		return BH;
	if (wq->flags & WQ_HIGHPRI)
		return HIGHPRI;
	return wq->flags & WQ_UNBOUND ? UNBOUND : BOUND;
}

SEC("tp_btf/workqueue_queue_work")
int BPF_PROG(queue, int cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	stamp_start(&queued, (__u64)work, pool_of(pwq->wq));
	return 0;
}

SEC("tp_btf/workqueue_execute_start")
int BPF_PROG(execute, struct work_struct *work)
{
	const struct stamp *s = stamp_of(&queued, (__u64)work, SLOTS(&queued));
	struct stamp start;
	struct work *w;

	if (s && !s->id) /* what flush_work() waits by is executed, but never queued */
		return 0;
	if (!stamp_end(&queued, (__u64)work, &start))
		return 0;
	w = slot(&works, start.note);
	if (w)
		observe(&w->latency, elapsed(bpf_ktime_get_ns(), start.ns));
	return 0;
}
