// SPDX-License-Identifier: GPL-2.0-only
/* One relocation of each kind that the kernel's types can be asked about. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(relocations, "Relocations of every kind", OFF);

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head___here {
	struct list_head___here *next;
};
struct callback_head___here {
	void *func;
};
struct task_struct___here {
	struct list_head___here tasks;
	struct callback_head___here rcu;
	char comm[16];
	unsigned int in_execve : 1;
	int never_there;
};
struct sk_buff___here {
	struct { /* nameless in the kernel, too */
		struct sk_buff___here *next;
	};
	__u8 pkt_type : 3;
};
#pragma clang attribute pop

enum pid_type___here { PIDTYPE_MAX___here = 1 };
typedef void (*btf_trace_sched_switch___four)(void *, bool, struct task_struct *,
					      struct task_struct *, unsigned int);
typedef void (*btf_trace_sched_switch___nine)(void *, int, int, int, int, int, int, int, int, int);

SEC("raw_tp/sched_switch")
int relocate(const __u64 *ctx)
{
	const struct task_struct___here *task = (const void *)ctx[1];
	const struct sk_buff___here *skb = (const void *)ctx[2];
	__u64 sum = 0;

	sum += (__u64)BPF_CORE_READ(task, tasks.next);
	sum += (__u64)BPF_CORE_READ(task, rcu.func);
	sum += BPF_CORE_READ(task, comm[3]);
	sum += BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	sum += bpf_core_field_exists(task->never_there);
	sum += bpf_core_field_size(task->comm);
	sum += bpf_core_field_offset(struct task_struct___here, rcu);
	sum += (__u64)BPF_CORE_READ(skb, next);
	sum += BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type);
	sum += bpf_core_type_exists(struct sk_buff___here);
	sum += bpf_core_type_exists(btf_trace_sched_switch___four);
	sum += bpf_core_type_exists(btf_trace_sched_switch___nine) << 1;
	sum += bpf_core_type_size(struct sk_buff___here);
	if (bpf_core_enum_value_exists(enum pid_type___here, PIDTYPE_MAX___here))
		sum += bpf_core_enum_value(enum pid_type___here, PIDTYPE_MAX___here);
	return (int)(sum ^ sum >> 32);
}
