// SPDX-License-Identifier: GPL-2.0-only
/* The scheduler: how long tasks wait for a CPU that they could use, why CPUs change tasks, and
 * how far tasks are moved. A long run queue is the first answer to "why is everything slow".
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(sched, "Run-queue latency, context switches and migrations between CPUs", ON);

OUTLIERS(10000000); /* 10 ms */

enum kind { VOLUNTARY, PREEMPTED, IDLE };
enum distance { LLC, REMOTE, APART };

struct switch_labels {
	enum kind kind;
};

struct migration_labels {
	enum distance distance;
};

struct runqueue {
	HISTOGRAM(SECONDS, 2, -20, 4)
	latency METRIC("node_sched_runqueue_latency_seconds",
		       "Time that runnable tasks waited for a CPU before they ran. A high value "
		       "means too few CPUs, or tasks that are kept from them: the time that a "
		       "cgroup is throttled by cpu.max counts, and so does the time that a "
		       "deadline task waits for its own budget. Since Linux 6.12 a sleep may count "
		       "where a task is moved just when it fell asleep.") EVENT("switch");
	EXEMPLAR(latency);
};

struct switches {
	__u64 total METRIC(
		"node_sched_switches_total",
		"Context switches, by the task that left the CPU: it waits (voluntary), it could "
		"have run on (preempted), or it was the idle task (idle). A high value of "
		"voluntary means that tasks often wait for locks, I/O or the network; of "
		"preempted, that more tasks want to run than there are CPUs.") EVENT("switch");
} OWN_CACHE_LINE;

struct migrations {
	__u64 total METRIC(
		"node_sched_migrations_total",
		"Tasks moved to another CPU, by the relation of the two CPUs: they share the "
		"last-level cache (llc), they do not (remote), or the scheduler balances nothing "
		"between them (apart), because one of them is isolated or in another partition. A "
		"high value of remote means that tasks lose what their caches held.")
		EVENT("migrate");
} OWN_CACHE_LINE;

TABLE(runqueue, struct unlabelled, 1, struct runqueue);
TABLE(switches, struct switch_labels, 3, struct switches);
TABLE(migrations, struct migration_labels, APART + 1, struct migrations);

static __always_inline void count_switch(const __u64 *ctx, bool preempt,
					 const struct task_struct *prev)
{
	enum kind kind = VOLUNTARY;
	struct switches *s;

	if (!prev->pid)
		kind = IDLE;
	else if (preempt || !switched_out_state(ctx, prev))
		kind = PREEMPTED;
	s = slot(&switches, kind);
	if (s)
		count(&s->total);
}

static __always_inline void observe_wait(const struct task_struct *task, __u64 ns)
{
	struct runqueue *r = slot(&runqueue, 0);

	if (!r)
		return;
	observe(&r->latency, ns);
	if (is_outlier(ns))
		keep_exemplar(&r->latency_exemplar, ns, task);
}

/* The kernel itself notes when it queued a task (not the idle task: 0), on the run queue's clock:
 * one that is queued and switched to at once waited 0. */
static __always_inline __u64 waited_here(const struct task_struct *next)
{
	return elapsed(next->se.cfs_rq->rq->clock, next->sched_info.last_queued);
}

/* Where a CPU pulls a waiting task over, the note begins anew and what passed is added to
 * run_delay: all the waiting of the task so far. So a turn's wait is what that grew by since the
 * turn before. It stands in a slot that the task shares with others: reading task storage would
 * take as long as all the rest. Where another one had the slot meanwhile, only the wait on the last
 * run queue is known. */
#define TURNS 16384
#define WAITED_BITS 55 /* a year */

/* Whose it is, and the waiting: one word, so that tasks on two CPUs cannot mix theirs. */
SHARED_SCRATCH(turns, TURNS, __u64);

static __always_inline __u64 waited_this_turn(const struct task_struct *next)
{
	const __u64 here = waited_here(next), waited = next->sched_info.run_delay + here;
	const __u32 pid = next->pid;
	const __u64 now = (__u64)(pid / TURNS + 1) << WAITED_BITS | waited;
	/* Any odd factor: neighbours often run side by side, and should not share a cache line. */
	__u64 before, *turn = slot(&turns, pid * 0x9e3779b1 % TURNS);

	if (!turn)
		return here;
	before = *turn;
	*turn = now;
	return (before ^ now) >> WAITED_BITS || before > now ? here : now - before;
}

EVENT("switch")
NEEDS("field:sched_info.last_queued")
NEEDS("field:sched_entity.cfs_rq")
SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (next->sched_info.last_queued)
		observe_wait(next, waited_this_turn(next));
	count_switch(ctx, preempt, prev);
	return 0;
}

/* Whether a CPU is among those that share the last-level cache with this run queue's CPU: in the
 * span of a scheduling domain that has `shared`. Domains go from small to large, and an isolated CPU has none; a span
 * follows its struct. */
static __always_inline enum distance distance_from(const struct rq *rq, __u32 cpu)
{
	const struct sched_domain *sd = rq->sd;
	enum distance distance = APART;

	for (int level = 0; level < 8 && sd; level++) {
		const __u64 *span = (const void *)sd + bpf_core_type_size(struct sched_domain);
		__u64 word = 0;

		bpf_probe_read_kernel(&word, sizeof(word), span + cpu / 64);
		if (word >> (cpu % 64) & 1)
			distance = REMOTE;
		if (distance == REMOTE && sd->shared)
			return LLC;
		sd = sd->parent;
	}
	return distance;
}

EVENT("migrate")
NEEDS("field:sched_entity.cfs_rq")
NEEDS("field:sched_domain.shared")
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(migrate, struct task_struct *task, __u32 cpu)
{
	const struct rq *rq = task->se.cfs_rq->rq;
	struct migrations *m;

	if ((__u32)rq->cpu == cpu) /* said of a new task that stays, too */
		return 0;
	m = slot(&migrations, distance_from(rq, cpu));
	if (m)
		count(&m->total);
	return 0;
}
