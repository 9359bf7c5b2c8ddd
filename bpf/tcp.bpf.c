// SPDX-License-Identifier: GPL-2.0-only
/* TCP connections: how long they take to open and whether they do, how far the peers are, what is sent
 * twice, and what is cut off.
 *
 * One program at changes of a socket's state sees connections begin, open and end. All these events are
 * rare beside the packets.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf_exporter/collector.bpf.h>

COLLECTOR(tcp, "TCP connections: opening, round trips, retransmissions, resets", ON);

enum family { FAMILY_IPV4, FAMILY_IPV6 };
enum direction { DIRECTION_IN, DIRECTION_OUT };
enum result { RESULT_OK, RESULT_REFUSED, RESULT_TIMEOUT, RESULT_OTHER };
enum kind { KIND_RTO, KIND_FAST, KIND_TLP, KIND_SYNACK };

struct connect_labels {
	enum family family PREFIX("FAMILY_");
	enum result result PREFIX("RESULT_");
};

struct open_labels {
	enum direction direction PREFIX("DIRECTION_");
	enum result result PREFIX("RESULT_");
};

struct round_trip_labels {
	enum family family PREFIX("FAMILY_");
};

struct retransmit_labels {
	enum kind kind PREFIX("KIND_");
	enum tcp_state state PREFIX("TCP_");
};

struct reset_labels {
	enum direction direction PREFIX("DIRECTION_");
	__u32 reason KERNEL_ENUM("sk_rst_reason", "SK_RST_REASON_");
};

struct connects {
	HISTOGRAM(SECONDS, 2, -16, 7)
	time METRIC("node_tcp_connect_seconds",
		    "Time from the first SYN of an outgoing connection to its outcome.");
};

struct opens {
	__u64 total METRIC("node_tcp_opens_total",
			   "Connections that opened, or failed to after the first SYN.");
};

struct round_trips {
	HISTOGRAM(SECONDS, 2, -17, 3)
	srtt METRIC("node_tcp_srtt_seconds",
		    "Smoothed round-trip time of a connection, once, when it begins to close.");
};

struct retransmits {
	__u64 segments METRIC("node_tcp_retransmits_total",
			      "Segments sent again: after a time-out (rto), in recovery (fast), as "
			      "a probe for a lost tail (tlp), or answering a SYN (synack).");
};

struct resets {
	__u64 total METRIC("node_tcp_resets_total",
			   "Resets sent, for the reason that the kernel tells, and received.");
};

#define RESULTS (RESULT_OTHER + 1)

TABLE(connects, struct connect_labels, 2 * RESULTS, struct connects);
TABLE(opens, struct open_labels, 2 * RESULTS, struct opens);
TABLE(round_trips, struct round_trip_labels, 2, struct round_trips);
PERCPU_HASH(retransmits, struct retransmit_labels, struct retransmits, 64);
HASH(resets, struct reset_labels, struct resets, 128);

/* When an outgoing connection sent its first SYN: exact, so that one that times out is not lost among many
 * that open at once. */
HASH(connecting, __u64, __u64, 16384);

/* A socket for IPv6 may be connected to an IPv4 address: ::ffff:a.b.c.d. */
static __always_inline enum family family_of(const struct sock *sk)
{
	__be32 peer[4];

	if (BPF_CORE_READ(sk, __sk_common.skc_family) != AF_INET6)
		return FAMILY_IPV4;
	BPF_CORE_READ_INTO(&peer, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
	return peer[0] || peer[1] || peer[2] != bpf_htonl(0xffff) ? FAMILY_IPV6 : FAMILY_IPV4;
}

static __always_inline enum result result_of(const struct sock *sk, int state)
{
	if (state == TCP_ESTABLISHED)
		return RESULT_OK;
	switch (BPF_CORE_READ(sk, sk_err)) {
	case ECONNREFUSED:
		return RESULT_REFUSED;
	case ETIMEDOUT:
		return RESULT_TIMEOUT;
	}
	return RESULT_OTHER;
}

static __always_inline void connect_begins(const struct sock *sk)
{
	__u64 id = (__u64)sk, now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&connecting, &id, &now, BPF_ANY))
		lose(LOST_MAP_FULL);
}

static __always_inline void connect_ends(const struct sock *sk, __u64 start, enum result result)
{
	struct connects *c = slot(&connects, family_of(sk) * RESULTS + result);
	__u64 id = (__u64)sk;

	if (c)
		observe(&c->time, elapsed(bpf_ktime_get_ns(), start));
	bpf_map_delete_elem(&connecting, &id);
}

/* Two that connect to each other at once go through SYN_RECV as well: only their stamps tell them from
 * connections that came in. */
static __always_inline void open_ends(const struct sock *sk, int before, int now)
{
	enum result result = result_of(sk, now);
	__u64 id = (__u64)sk, *start = bpf_map_lookup_elem(&connecting, &id);
	bool out = start || before == TCP_SYN_SENT;
	struct opens *o = slot(&opens, out * RESULTS + result);

	if (o)
		count(&o->total);
	if (start)
		connect_ends(sk, *start, result);
	else if (out)
		lose(LOST_NO_START);
}

static __always_inline void sample_round_trip(const struct sock *sk)
{
	struct round_trips *r = slot(&round_trips, family_of(sk));
	__u64 eighths_of_us = BPF_CORE_READ((const struct tcp_sock *)sk, srtt_us);

	if (r && eighths_of_us)
		observe(&r->srtt, eighths_of_us * 125);
}

static __always_inline int state_changes(const struct sock *sk, int before, int now)
{
	if (BPF_CORE_READ(sk, sk_protocol) !=
	    IPPROTO_TCP) /* SCTP and others have the same states */
		return 0;
	if (now == TCP_SYN_SENT)
		connect_begins(sk);
	else if (before == TCP_SYN_SENT && now == TCP_SYN_RECV)
		return 0;
	else if (before == TCP_SYN_SENT || before == TCP_SYN_RECV)
		open_ends(sk, before, now);
	else if (before == TCP_ESTABLISHED)
		sample_round_trip(sk);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
ALTERNATIVE("state", 1, "tracepoint")
int BPF_PROG(set_state, const struct sock *sk, int before, int now)
{
	return state_changes(sk, before, now);
}

/* Where the kernel preempts programs at tracepoints, and skips them meanwhile: the function around this one that all
 * changes pass which matter here. */
SEC("kprobe/inet_sk_state_store")
ALTERNATIVE("state", 2, "kprobe")
int BPF_KPROBE(store_state, const struct sock *sk, int now)
{
	return state_changes(sk, BPF_CORE_READ(sk, __sk_common.skc_state), now);
}

static __always_inline int sent_again(enum kind kind, enum tcp_state state, __u64 segments)
{
	struct retransmit_labels key = { .kind = kind, .state = state };
	struct retransmits *r = series(&retransmits, &key);

	if (r)
		count_by(&r->segments, segments);
	return 0;
}

/* Outside of recovery and loss, only the probe for a lost tail is sent again. */
static __always_inline enum kind kind_of(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = (void *)sk;

	switch (BPF_CORE_READ_BITFIELD_PROBED(icsk, icsk_ca_state)) {
	case TCP_CA_Loss:
		return KIND_RTO;
	case TCP_CA_Recovery:
		return KIND_FAST;
	}
	return KIND_TLP;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmit, const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (const void *)skb->cb;

	return sent_again(kind_of(sk), sk->__sk_common.skc_state, BPF_CORE_READ(cb, tcp_gso_segs));
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(retransmit_synack, const struct sock *listener)
{
	return sent_again(KIND_SYNACK, TCP_SYN_RECV, 1);
}

static __always_inline int reset(enum direction direction, __u32 reason)
{
	struct reset_labels key = { .direction = direction, .reason = reason };
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

/* Before 6.10 the kernel gave no reasons, and told nothing of resets that answer for closed ports. */
SEC("tp_btf/tcp_send_reset")
ALTERNATIVE("send_reset", 2, "without reasons")
NEEDS("args:2")
int BPF_PROG(send_reset, const struct sock *sk, const struct sk_buff *skb)
{
	return reset(DIRECTION_OUT, 0);
}
