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
	latency METRIC("node_workqueue_latency_seconds",
		       "Time from queueing a work item until a worker began it. A high value means "
		       "that CPUs are busy or that other items hold up the pool. pool: bound to a "
		       "CPU, unbound, highpri (of either kind), bh (in softirq).");
};

TABLE(works, struct labels, 4, struct work);
/* By the item's address. Most are queued again and again, so they stay: nothing is inserted or deleted then. What is
 * gone goes when its place is needed, the least recently used first, far more than ever wait at once. */
struct item {
	__u64 queued_ns; /* 0: it does not wait */
	__u64 again_ns; /* queued once more before we saw it begin; 0: not */
	__u64 pool;
};

BPF_EXPORTER_HASH(LRU_HASH, items, __u64, struct item, 4096);

static __always_inline enum pool pool_of(const struct workqueue_struct *wq)
{
	if (wq->flags & WQ_BH)
		return BH;
	if (wq->flags & WQ_HIGHPRI)
		return HIGHPRI;
	return wq->flags & WQ_UNBOUND ? UNBOUND : BOUND;
}

/* A number of its own: on 6.1 a pointer that was a key is no pointer any more. */
static __always_inline __u64 key_of(const struct work_struct *work)
{
	__u64 key = (__u64)work;

	asm volatile("" : "+r"(key));
	return key;
}

#define WORK_STRUCT_PENDING 1

/* When the item that begins was queued; 0 where it was not. It may have been queued again after it began, and before we
 * see that: then it is pending, and waits on. It may also be that the former one was taken off its queue, which nobody
 * tells: then nothing is pending when the next one begins. */
static __always_inline __u64 take(struct item *item, const struct work_struct *work)
{
	const __u64 ns = item->queued_ns;
	__u64 again;

	item->queued_ns = 0;
	barrier(); /* who queues it from here on finds that it does not wait */
	again = item->again_ns;
	item->again_ns = 0;
	if (!ns || !again)
		return ns ? ns : again; /* who queued it had looked before that */
	if (!(work->data.counter & WORK_STRUCT_PENDING))
		return again;
	item->queued_ns = again;
	return ns;
}

SEC("tp_btf/workqueue_execute_start")
int BPF_PROG(execute, struct work_struct *work)
{
	const __u64 key = key_of(work);
	struct item *item = bpf_map_lookup_elem(&items, &key);
	struct work *w;
	__u64 ns;

	/* What flush_work() waits by is executed, but never queued. */
	ns = item ? take(item, work) : 0;
	if (!ns)
		return 0;
	w = slot(&works, item->pool);
	if (w)
		observe(&w->latency, elapsed(bpf_ktime_get_ns(), ns));
	return 0;
}

SEC("tp_btf/workqueue_queue_work")
int BPF_PROG(queue, int cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	const __u64 key = key_of(work);
	struct item *item = bpf_map_lookup_elem(&items, &key);
	struct item new = { .queued_ns = bpf_ktime_get_ns(), .pool = pool_of(pwq->wq) };

	if (!item) {
		if (bpf_map_update_elem(&items, &key, &new, BPF_ANY))
			lose(LOST_MAP_REFUSED);
		return 0;
	}
	item->pool = new.pool;
	if (item->queued_ns) {
		item->again_ns = new.queued_ns;
	} else {
		item->again_ns = 0;
		item->queued_ns = new.queued_ns;
	}
	return 0;
}
