// SPDX-License-Identifier: GPL-2.0-only
/* TCP connections that are cut off, and attempts that are refused: resets, and why the kernel sent them. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(tcpreset, "TCP resets, sent and received", ON);

enum direction { DIRECTION_IN, DIRECTION_OUT };

struct labels {
	enum direction direction PREFIX("DIRECTION_");
	__u32 reason KERNEL_ENUM("sk_rst_reason", "SK_RST_REASON_");
};

struct resets {
	__u64 total
		METRIC("node_tcp_resets_total",
		       "TCP resets that connections received (except half-open ones and those in "
		       "TIME_WAIT), and resets sent, by the kernel's reason. A high value means "
		       "that connections are refused or broken off. Before Linux 6.10 the kernel "
		       "gives no reason, and only the resets that a connection sends are counted.");
};

HASH(resets, struct labels, struct resets, 128);

static __always_inline int reset(enum direction direction, __u32 reason)
{
	struct labels key = { .direction = direction, .reason = reason };
	struct resets *r = series(&resets, &key);

	if (r)
		count(&r->total);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(receive_reset, struct sock *sk)
{
	return reset(DIRECTION_IN, 0);
}

SEC("tp_btf/tcp_send_reset")
ALTERNATIVE("send_reset", 1, "with reasons")
NEEDS("args:3")
int BPF_PROG(send_reset_for_reason, const struct sock *sk, const struct sk_buff *skb, __u32 reason)
{
	return reset(DIRECTION_OUT, reason);
}

SEC("tp_btf/tcp_send_reset")
ALTERNATIVE("send_reset", 2, "without reasons")
NEEDS("args:2")
int BPF_PROG(send_reset, const struct sock *sk, const struct sk_buff *skb)
{
	return reset(DIRECTION_OUT, 0);
}
