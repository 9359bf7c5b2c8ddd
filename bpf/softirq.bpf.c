// SPDX-License-Identifier: GPL-2.0-only
/* Softirqs: how long they wait from being raised until they run, and how long they run. Long
 * waits delay packets and timers; long runs keep tasks from their CPU.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(softirq, "Time that softirqs wait and run", ON);

/* In the order of linux/interrupt.h, named as in /proc/softirqs. */
enum vec { HI, TIMER, NET_TX, NET_RX, BLOCK, IRQ_POLL, TASKLET, SCHED, HRTIMER, RCU };

struct labels {
	enum vec vec;
};

struct softirq {
	__u64 raised_ns; /* 0: not raised since its last run */
	__u64 entered_ns;
	HISTOGRAM(SECONDS, 1, -21, 2)
	latency METRIC("node_softirq_latency_seconds",
		       "Time from the first raise of a softirq until its handler ran.");
	HISTOGRAM(SECONDS, 1, -23, 1)
	run METRIC("node_softirq_seconds",
		   "Time that softirq handlers ran, interrupts in between included.");
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

/* A raise between the kernel's taking of the pending softirqs and this entry belongs to the next
 * run, yet fell together with the first one: that run has no start. */
SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, __u32 vec)
{
	struct softirq *s = slot(&softirqs, vec);
	__u64 now = bpf_ktime_get_ns();

	if (!s)
		return 0;
	if (s->raised_ns)
		observe(&s->latency, elapsed(now, s->raised_ns));
	else
		lose(LOST_NO_START);
	s->raised_ns = 0;
	s->entered_ns = now;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_exit, __u32 vec)
{
	struct softirq *s = slot(&softirqs, vec);

	if (s && s->entered_ns) /* 0: ran already when we came */
		observe(&s->run, elapsed(bpf_ktime_get_ns(), s->entered_ns));
	return 0;
}
