// SPDX-License-Identifier: GPL-2.0-only
/* How TCP connections open, how long that takes, and how far their peers are.
 *
 * A state is not an event on the wire: a socket is in SYN_SENT before it has a port, may wait there for data to send
 * along, and passes it without a packet when it is repaired. What counts is whether a segment left.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf_exporter/collector.bpf.h>

COLLECTOR(tcp, "TCP connections: how they open, and their round trips", ON);

enum family { FAMILY_IPV4, FAMILY_IPV6 };
enum direction { DIRECTION_IN, DIRECTION_OUT };
enum result { RESULT_OK, RESULT_REFUSED, RESULT_TIMEOUT, RESULT_ABANDONED, RESULT_OTHER };

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

struct connects {
	HISTOGRAM(SECONDS, 2, -16, 7)
	time METRIC(
		"node_tcp_connect_seconds",
		"Time from the first SYN of an outgoing connection to its outcome. A high value "
		"means that the peer, or the path to it, is slow or loses packets. With "
		"TCP_FASTOPEN_CONNECT only connections that open by their first SYN are timed.");
};

struct opens {
	__u64 total METRIC(
		"node_tcp_opens_total",
		"Connections that opened, or failed to: outgoing ones whose SYN was sent, incoming "
		"ones from the third packet of the handshake on (with Fast Open from the first). A "
		"high value of a result other than ok means that connections fail. abandoned: "
		"their own program closed them before an outcome.");
};

struct round_trips {
	HISTOGRAM(SECONDS, 2, -17, 3)
	lowest METRIC("node_tcp_min_rtt_at_close_seconds",
		      "Lowest round-trip time of a connection in its last 5 minutes, recorded "
		      "once, when it begins to close. A high value means that the path to the peer "
		      "is long, or congested all the time. Connections of which the peer "
		      "acknowledged nothing are left out.");
};

#define RESULTS (RESULT_OTHER + 1)

TABLE(connects, struct connect_labels, 2 * RESULTS, struct connects);
TABLE(opens, struct open_labels, 2 * RESULTS, struct opens);
TABLE(round_trips, struct round_trip_labels, 2, struct round_trips);

struct attempt {
	__u64 ns; /* when it began */
	__u64 crossed; /* the peer's SYN met ours */
};

/* Outgoing connections that are opening. Whoever lets many hang pushes out the oldest, not those to come. */
BPF_EXPORTER_HASH(LRU_HASH, attempts, __u64, struct attempt, 16384);

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
	/* With Fast Open both sides may close in SYN_RECV what they have opened. */
	if (state != TCP_CLOSE)
		return RESULT_OK;
	switch (BPF_CORE_READ(sk, sk_err)) {
	case 0:
		return RESULT_ABANDONED;
	case ECONNREFUSED:
		return RESULT_REFUSED;
	case ETIMEDOUT:
		return RESULT_TIMEOUT;
	}
	return RESULT_OTHER;
}

static __always_inline void count_open(enum direction direction, enum result result)
{
	struct opens *o = slot(&opens, direction * RESULTS + result);

	if (o)
		count(&o->total);
}

static __always_inline void attempt_begins(const struct sock *sk)
{
	__u64 id = (__u64)sk;
	struct attempt a = { .ns = bpf_ktime_get_ns() };

	if (bpf_map_update_elem(&attempts, &id, &a, BPF_ANY))
		lose(LOST_MAP_REFUSED);
}

/* A socket that sends nothing has none on the wire, and of one that never came to the SYN nothing is outstanding. */
static __always_inline bool sent_syn(const struct tcp_sock *tp, enum result result)
{
	return BPF_CORE_READ(tp, segs_out) &&
	       (result == RESULT_OK || BPF_CORE_READ(tp, snd_nxt) != BPF_CORE_READ(tp, snd_una));
}

/* With TCP_FASTOPEN_CONNECT the SYN may have waited for data. The first round trip is what it took, unless it was
 * sent again. 0: not known. */
static __always_inline __u64 open_ns(const struct tcp_sock *tp, const struct attempt *a,
				     enum result result)
{
	const __u64 ns = elapsed(bpf_ktime_get_ns(), a->ns);

	if (!BPF_CORE_READ_BITFIELD_PROBED(tp, fastopen_connect))
		return ns;
	if (result != RESULT_OK || BPF_CORE_READ(tp, total_retrans))
		return 0;
	return BPF_CORE_READ(tp, srtt_us) * 125ULL;
}

static __always_inline void time_attempt(const struct sock *sk, const struct attempt *a,
					 enum result result)
{
	const __u64 ns = open_ns((const void *)sk, a, result);
	struct connects *c;

	if (!ns)
		return;
	c = slot(&connects, family_of(sk) * RESULTS + result);
	if (c)
		observe(&c->time, ns);
}

static __always_inline void attempt_ends(const struct sock *sk, struct attempt *a, int now)
{
	const enum result result = result_of(sk, now);
	__u64 id = (__u64)sk;

	if (sent_syn((const void *)sk, result)) {
		count_open(DIRECTION_OUT, result);
		if (a)
			time_attempt(sk, a, result);
		else
			lose(LOST_NO_START);
	}
	bpf_map_delete_elem(&attempts, &id);
}

static __always_inline void leave_syn_sent(const struct sock *sk, int now)
{
	__u64 id = (__u64)sk;
	struct attempt *a = bpf_map_lookup_elem(&attempts, &id);

	if (now != TCP_SYN_RECV)
		attempt_ends(sk, a, now);
	else if (a)
		a->crossed = true;
}

/* Two that connect to each other at once come here, too, beside the connections that came in. */
static __always_inline void leave_syn_recv(const struct sock *sk, int now)
{
	__u64 id = (__u64)sk;
	struct attempt *a = bpf_map_lookup_elem(&attempts, &id);

	if (a && a->crossed)
		attempt_ends(sk, a, now);
	else
		count_open(DIRECTION_IN, result_of(sk, now));
}

/* What the kernel takes from the handshake of an incoming connection may be far too much: behind a SYN cookie, and
 * where TCP_DEFER_ACCEPT waits for data. The lowest is right as soon as a segment of its own was acknowledged. */
static __always_inline void sample_round_trip(const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	struct round_trips *r;

	if (!BPF_CORE_READ(tp, rack.rtt_us))
		return;
	r = slot(&round_trips, family_of(sk));
	if (r)
		observe(&r->lowest, BPF_CORE_READ(tp, rtt_min.s[0].v) * 1000ULL);
}

static __always_inline int change_state(const struct sock *sk, int before, int now)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP) /* others have the same states */
		return 0;
	if (now == TCP_SYN_SENT)
		attempt_begins(sk);
	else if (before == TCP_SYN_SENT)
		leave_syn_sent(sk, now);
	else if (before == TCP_SYN_RECV)
		leave_syn_recv(sk, now);
	else if (before == TCP_ESTABLISHED)
		sample_round_trip(sk);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
ALTERNATIVE("state", 1, "tracepoint")
int BPF_PROG(set_state, const struct sock *sk, int before, int now)
{
	return change_state(sk, before, now);
}

/* Where the kernel preempts programs at tracepoints, and skips them meanwhile: the function around this one that all
 * changes pass which matter here. */
SEC("kprobe/inet_sk_state_store")
ALTERNATIVE("state", 2, "kprobe")
int BPF_KPROBE(store_state, const struct sock *sk, int now)
{
	return change_state(sk, BPF_CORE_READ(sk, __sk_common.skc_state), now);
}
