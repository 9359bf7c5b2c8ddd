// SPDX-License-Identifier: GPL-2.0-only
/* Packets that are lost on this host, and why.
 *
 * The kernel frees through the same event what nobody misses: what a socket had not read when it was closed, copies
 * that a capture has no room for, repetitions, messages between processes. Those are no drops here.
 */
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

struct qdisc_labels {
	__u32 reason KERNEL_ENUM("qdisc_drop_reason", "QDISC_DROP_");
};

struct drops {
	__u64 total
		METRIC("node_net_drops_total",
		       "Packets that the kernel dropped, by the reason that it gives. A high value "
		       "means packets that were lost or refused. It leaves out what a closed "
		       "socket had not read, repetitions, and copies for a packet capture.");
};

struct qdisc_drops {
	__u64 total
		METRIC("node_net_qdisc_drops_total",
		       "Packets that a queueing discipline dropped, by its own reason; "
		       "node_net_drops_total counts the same ones with reason qdisc_drop. A high "
		       "value means that more is sent than the interface or its shaping allows.");
};

PERCPU_HASH(drops, struct drop_labels, struct drops, 512);
PERCPU_HASH(qdisc_drops, struct qdisc_labels, struct qdisc_drops, 64);

/* ---- what is no loss ---- */

/* Reasons by which nothing is lost that anybody was to get. */
#define PEACEFUL(is)                                                                            \
	is(SKB_NOT_DROPPED_YET) || is(SKB_CONSUMED) || is(SKB_DROP_REASON_DUP_FRAG) ||          \
		is(SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST) || is(SKB_DROP_REASON_OTHERHOST) || \
		is(SKB_DROP_REASON_PACKET_SOCK_ERROR) || is(SKB_DROP_REASON_QUEUE_PURGE) ||     \
		is(SKB_DROP_REASON_SOCKET_CLOSE) || is(SKB_DROP_REASON_TCP_FASTOPEN) ||         \
		is(SKB_DROP_REASON_TCP_OFOMERGE) || is(SKB_DROP_REASON_TCP_OLD_ACK) ||          \
		is(SKB_DROP_REASON_TCP_OLD_DATA) || is(SKB_DROP_REASON_TCP_OLD_SEQUENCE) ||     \
		is(SKB_DROP_REASON_TCP_RESET) || is(SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK) ||    \
		is(SKB_DROP_REASON_UNIX_DISCONNECT) || is(SKB_DROP_REASON_UNIX_SKIP_OOB)

#define HAS_REASON(name) bpf_core_enum_value_exists(enum skb_drop_reason, name)
#define REASON_IS(name) \
	(HAS_REASON(name) && reason == bpf_core_enum_value(enum skb_drop_reason, name))

/* Where the kernel gives no reason, the place tells. Until 6.5 it gave none for closed sockets, queues of others,
 * captures, and the further fragments of a datagram that has arrived; it gives none yet for what a connection in
 * TIME_WAIT has answered, which has a place that all segments without reasons share. Prefixes of functions, 8 bytes. */
static const char peaceful_places[][8] = {
	{ 's', 'k', '_', 's', 't', 'r', 'e', 'a' }, /* sk_stream_kill_queues */
	{ 's', 'k', 'b', '_', 'q', 'u', 'e', 'u' }, /* skb_queue_purge */
	{ 'p', 'a', 'c', 'k', 'e', 't', '_', 'r' }, /* packet_rcv */
	{ 't', 'p', 'a', 'c', 'k', 'e', 't', '_' }, /* tpacket_rcv */
	{ 's', 'k', 'b', '_', 'r', 'e', 'l', 'e' }, /* skb_release_data */
	{ 't', 'c', 'p', '_', 'v', '4', '_', 'r' }, /* tcp_v4_rcv */
	{ 't', 'c', 'p', '_', 'v', '6', '_', 'r' }, /* tcp_v6_rcv */
};
#define NR_PLACES (sizeof(peaceful_places) / sizeof(peaceful_places[0]))
#define NR_PLACES_WITHOUT_REASONS (NR_PLACES - 2)

#define HAS_REASONS HAS_REASON(SKB_DROP_REASON_NOT_SPECIFIED)

/* By the place in the kernel's code, 1 where it is one of them: to ask for its name takes long. */
BPF_EXPORTER_HASH(HASH, places, __u64, __u64, 2048);

static __always_inline __u64 name_is_peaceful(__u64 place)
{
	static const char format[] = "%ps";
	const __u64 *peaceful = (const void *)peaceful_places;
	const __u32 nr = HAS_REASONS ? NR_PLACES : NR_PLACES_WITHOUT_REASONS;
	__u64 name[4] = {};

	if (bpf_snprintf((char *)name, sizeof(name), format, &place, sizeof(place)) < 0)
		return 0;
	for (__u32 i = 0; i < NR_PLACES; i++)
		if (i < nr && name[0] == peaceful[i])
			return 1;
	return 0;
}

static __always_inline bool place_is_peaceful(__u64 place)
{
	__u64 *known = bpf_map_lookup_elem(&places, &place), peaceful;

	if (known)
		return *known;
	peaceful = name_is_peaceful(place);
	bpf_map_update_elem(&places, &place, &peaceful, BPF_ANY);
	return peaceful;
}

static __always_inline bool is_peaceful(__u32 reason, void *location)
{
	if (PEACEFUL(REASON_IS))
		return true;
	if (HAS_REASONS && !REASON_IS(SKB_DROP_REASON_NOT_SPECIFIED))
		return false;
	/* Before 5.13 places have no names. */
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf) &&
	       place_is_peaceful((__u64)location);
}

/* ---- drops ---- */

static __always_inline enum protocol protocol_of(__u16 protocol)
{
	switch (protocol) {
	case ETH_P_IP:
		return PROTOCOL_IPV4;
	case ETH_P_IPV6:
		return PROTOCOL_IPV6;
	case ETH_P_ARP:
		return PROTOCOL_ARP;
	}
	return PROTOCOL_OTHER;
}

/* Messages of Unix and netlink sockets have no protocol, and are no packets. */
static __always_inline int drop(struct sk_buff *skb, void *location, __u32 reason)
{
	const __u16 protocol = bpf_ntohs(skb->protocol);
	struct drop_labels key = { .reason = reason, .protocol = protocol_of(protocol) };
	struct drops *d;

	if (!protocol || is_peaceful(reason, location))
		return 0;
	d = series(&drops, &key);
	if (d)
		count(&d->total);
	return 0;
}

SEC("tp_btf/kfree_skb")
ALTERNATIVE("drop", 1, "with reasons")
NEEDS("!args:2")
int BPF_PROG(drop_for_reason, struct sk_buff *skb, void *location, __u32 reason)
{
	return drop(skb, location, reason);
}

/* Before 5.17 the kernel gave no reasons: all are 0. */
SEC("tp_btf/kfree_skb")
ALTERNATIVE("drop", 2, "without reasons")
NEEDS("args:2")
int BPF_PROG(drop_without_reason, struct sk_buff *skb, void *location)
{
	return drop(skb, location, 0);
}

/* Since 7.2 (before, some had reasons of their own beside qdisc_drop). */
SEC("tp_btf/qdisc_drop")
EVENT("qdisc")
NEEDS("tracepoint:qdisc_drop")
int BPF_PROG(drop_by_qdisc, void *qdisc, void *queue, void *device, void *skb, __u32 reason)
{
	struct qdisc_labels key = { .reason = reason };
	struct qdisc_drops *d = series(&qdisc_drops, &key);

	if (d)
		count(&d->total);
	return 0;
}
