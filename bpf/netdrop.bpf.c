// SPDX-License-Identifier: GPL-2.0-only
/* Packets that the kernel threw away, and why. */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf_exporter/collector.bpf.h>

COLLECTOR(netdrop, "Packets that the kernel dropped, by reason", ON);

enum protocol { PROTOCOL_OTHER, PROTOCOL_IPV4, PROTOCOL_IPV6, PROTOCOL_ARP };

struct drop_labels {
	/* Its numbers change with every release, and those of subsystems begin at 0x10000. */
	__u32 reason KERNEL_ENUM("skb_drop_reason", "SKB_DROP_REASON_");
	enum protocol protocol PREFIX("PROTOCOL_");
};

struct drops {
	__u64 total METRIC("node_net_drops_total",
			   "Packets (socket buffers) that the kernel dropped, by its reason.");
};

PERCPU_HASH(drops, struct drop_labels, struct drops, 512);

static __always_inline enum protocol protocol_of(struct sk_buff *skb)
{
	switch (bpf_ntohs(skb->protocol)) {
	case ETH_P_IP:
		return PROTOCOL_IPV4;
	case ETH_P_IPV6:
		return PROTOCOL_IPV6;
	case ETH_P_ARP:
		return PROTOCOL_ARP;
	}
	return PROTOCOL_OTHER;
}

static __always_inline int drop(struct sk_buff *skb, __u32 reason)
{
	struct drop_labels key = { .reason = reason, .protocol = protocol_of(skb) };
	struct drops *d = series(&drops, &key);

	if (d)
		count(&d->total);
	return 0;
}

SEC("tp_btf/kfree_skb")
ALTERNATIVE("drop", 1, "with reasons")
NEEDS("!args:2")
int BPF_PROG(drop_for_reason, struct sk_buff *skb, void *location, __u32 reason)
{
	return drop(skb, reason);
}

/* Before 5.17 the kernel gave no reasons: all are 0. */
SEC("tp_btf/kfree_skb")
ALTERNATIVE("drop", 2, "without reasons")
NEEDS("args:2")
int BPF_PROG(drop_without_reason, struct sk_buff *skb, void *location)
{
	return drop(skb, 0);
}
