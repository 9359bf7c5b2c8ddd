/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels, asked of the running one by CO-RE: the verifier sees only the
 * branch that this kernel takes. Each helper names the change and the version after which it can
 * go.
 */
#ifndef BPF_EXPORTER_KERNEL_BPF_H
#define BPF_EXPORTER_KERNEL_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* The kernel's type of a tracepoint's handler exists with just these arguments. */
#define TRACEPOINT_IS(handler) bpf_core_type_exists(handler)

/* sched_switch(preempt, prev, next): whether `prev` gave up its CPU to wait (0: it can run on). A
 * fourth argument says so since 5.18 (fa2c3254d7cf); before, only the state that `prev` has by
 * now; task_struct.state became __state in 5.14 (2f064a59a11f). */
typedef void (*btf_trace_sched_switch___since_5_18)(void *, bool, struct task_struct *,
						    struct task_struct *, unsigned int);

struct task_struct___before_5_14 {
	long state;
} __attribute__((preserve_access_index));

static __always_inline __u64 switched_out_state(const __u64 *ctx, const struct task_struct *prev)
{
	const struct task_struct___before_5_14 *old = (const void *)prev;

	if (TRACEPOINT_IS(btf_trace_sched_switch___since_5_18))
		return ctx[3];
	if (bpf_core_field_exists(old->state))
		return (__u64)old->state;
	return prev->__state;
}

/* sched_process_exit(p): whether a process ends with this thread. An argument says so since 6.16;
 * before, its first thread stands for the process: others may outlive it where it ends by
 * pthread_exit(). But where another thread calls exec, the first one ends and leaves its number to that thread, which
 * signal_struct tells: group_exec_task, group_exit_task in kernels before 5.17. */
typedef void (*btf_trace_sched_process_exit___since_6_16)(void *, struct task_struct *, bool);

struct signal_struct___before_5_17 {
	struct task_struct *group_exit_task;
} __attribute__((preserve_access_index));

static __always_inline bool gives_way_to_exec(const struct task_struct *p)
{
	const struct signal_struct___before_5_17 *old = (const void *)p->signal;

	if (bpf_core_field_exists(old->group_exit_task))
		return old->group_exit_task;
	return p->signal->group_exec_task;
}

static __always_inline bool process_exits(const __u64 *ctx, const struct task_struct *p)
{
	if (TRACEPOINT_IS(btf_trace_sched_process_exit___since_6_16))
		return ctx[1] & 1;
	return p->pid == p->tgid && !gives_way_to_exec(p);
}

/* The disk of a request. request.rq_disk became q->disk in 5.17. */
struct request___before_5_17 {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

static __always_inline const struct gendisk *disk_of(const struct request *rq)
{
	if (bpf_core_field_exists(rq->q->disk))
		return rq->q->disk;
	return ((const struct request___before_5_17 *)rq)->rq_disk;
}

/* A disk's name as /proc/diskstats has it, for a label with DECODE(disk): numbers of devices are given out
 * again, and hidden disks have none. Behind the name are zeros. */
#define DISK_NAME 32

static __always_inline void copy_disk_name(char *to, const struct gendisk *disk)
{
	const __u64 *name = (const void *)&disk->disk_name;

	/* Eight bytes at once, at whatever address: the verifier sees the bounds of the array. */
	for (int i = 0; i < DISK_NAME / 8; i++)
		((__u64 *)to)[i] = name[i];
}

/* tcp_retransmit_skb(sk, skb): whether the segment could not be sent again. A third argument says so since 6.18
 * (before, there is no event then). */
typedef void (*btf_trace_tcp_retransmit_skb___with_error)(void *, const struct sock *,
							  const struct sk_buff *, int);

static __always_inline bool retransmission_failed(const __u64 *ctx)
{
	return TRACEPOINT_IS(btf_trace_tcp_retransmit_skb___with_error) && (int)ctx[2];
}

#endif
