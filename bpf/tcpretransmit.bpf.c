// SPDX-License-Identifier: GPL-2.0-only
/* Which segments TCP sends again, and how often it times out: does the network lose packets, and do connections stop
 * because of that?
 *
 * A time-out and a segment that is sent again are two events. A time-out may send nothing (the last of a connection,
 * or an interface that is down); and much is sent again without one.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/kernel.bpf.h>

COLLECTOR(tcpretransmit, "TCP segments that are sent again, and time-outs", ON);

enum kind { KIND_TIMEOUT, KIND_LOSS, KIND_FAST, KIND_TLP, KIND_OTHER, KIND_SYNACK };

struct retransmit_labels {
	enum kind kind PREFIX("KIND_");
	enum tcp_state state PREFIX("TCP_");
};

struct timeout_labels {
	enum tcp_state state PREFIX("TCP_");
};

struct retransmits {
	__u64 segments
		METRIC("node_tcp_retransmits_total",
		       "TCP segments sent again: by a time-out (timeout), after it because they "
		       "count as lost (loss), in recovery (fast), as a probe for a lost tail "
		       "(tlp), because the path or the peer does not take what was sent (other), "
		       "or as the answer to a SYN (synack). A high value means that packets are "
		       "lost on the way or that a peer does not answer.");
};

struct timeouts {
	__u64 total
		METRIC("node_tcp_timeouts_total",
		       "TCP time-outs: an acknowledgement was missing for 200 ms or more (1 s "
		       "while a connection opens). A high value means that transfers stop for that "
		       "time, or in syn_sent that peers do not answer.");
};

#define STATES TCP_NEW_SYN_RECV

PERCPU_HASH(retransmits, struct retransmit_labels, struct retransmits, (KIND_SYNACK + 1) * STATES);
PERCPU_HASH(timeouts, struct timeout_labels, struct timeouts, STATES);

/* ---- time-outs ---- */

/* A peer that closes its window is asked again and again by the same timer. */
static __always_inline bool window_closed(const struct sock *sk, int state)
{
	const struct tcp_sock *tp = (const void *)sk;
	const __u64 flags = BPF_CORE_READ(sk, __sk_common.skc_flags);

	return !BPF_CORE_READ(tp, snd_wnd) && !(flags & 1 << SOCK_DEAD) && state != TCP_SYN_SENT &&
	       state != TCP_SYN_RECV;
}

/* Within the timer for retransmissions none is set: whatever else sends leaves one set, or has the one for probes. */
static __always_inline bool in_timer(const struct sock *sk, int state)
{
	const struct inet_connection_sock *icsk = (const void *)sk;

	return !BPF_CORE_READ(icsk, icsk_pending) && !window_closed(sk, state);
}

static __always_inline int time_out(enum tcp_state state)
{
	struct timeout_labels key = { .state = state };
	struct timeouts *t = series(&timeouts, &key);

	if (t)
		count(&t->total);
	return 0;
}

/* With Fast Open a server's socket repeats its SYN-ACK by the same timer. */
static __always_inline int timer_expires(const struct sock *sk)
{
	const struct tcp_sock *tp = (const void *)sk;
	const int state = BPF_CORE_READ(sk, __sk_common.skc_state);

	if (BPF_CORE_READ(tp, fastopen_rsk) || !BPF_CORE_READ(tp, packets_out) ||
	    window_closed(sk, state))
		return 0;
	return time_out(state);
}

AT_ENTRY("timeout", timer, "tcp_retransmit_timer", timer_expires(sk), struct sock *sk)

/* Each time-out but a connection's last declares what is under way lost. */
SEC("tp_btf/tcp_cong_state_set")
ALTERNATIVE("timeout", 4, "tracepoints")
int BPF_PROG(lose_all, const struct sock *sk, __u8 ca_state)
{
	const int state = sk->__sk_common.skc_state;

	return ca_state == TCP_CA_Loss && in_timer(sk, state) ? time_out(state) : 0;
}

SEC("tp_btf/inet_sock_set_state")
ALTERNATIVE("timeout", 4, "tracepoints")
int BPF_PROG(give_up, const struct sock *sk, int before, int now)
{
	const struct inet_connection_sock *icsk = (const void *)sk;

	if (now != TCP_CLOSE || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	return BPF_CORE_READ(icsk, icsk_retransmits) && in_timer(sk, before) ? time_out(before) : 0;
}

/* ---- segments ---- */

static __always_inline int sent_again(enum kind kind, enum tcp_state state, __u64 segments)
{
	struct retransmit_labels key = { .kind = kind, .state = state };
	struct retransmits *r = series(&retransmits, &key);

	if (r)
		count_by(&r->segments, segments);
	return 0;
}

/* What a time-out declares lost may turn out not to be, so the kernel marks where to undo that. It marks nothing when
 * a path takes smaller packets only, or a peer refuses the data of a SYN. */
static __always_inline enum kind kind_of(const struct sock *sk, int state)
{
	const struct inet_connection_sock *icsk = (const void *)sk;
	const struct tcp_sock *tp = (const void *)sk;

	if (in_timer(sk, state))
		return KIND_TIMEOUT;
	switch (BPF_CORE_READ_BITFIELD_PROBED(icsk, icsk_ca_state)) {
	case TCP_CA_Loss:
		return BPF_CORE_READ(tp, undo_marker) ? KIND_LOSS : KIND_OTHER;
	case TCP_CA_Recovery:
		return KIND_FAST;
	}
	return BPF_CORE_READ(icsk, icsk_pending) == ICSK_TIME_LOSS_PROBE ? KIND_TLP : KIND_OTHER;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmit, const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (const void *)skb->cb;
	const int state = sk->__sk_common.skc_state;

	if (retransmission_failed(ctx))
		return 0;
	return sent_again(kind_of(sk, state), state, BPF_CORE_READ(cb, tcp_gso_segs));
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(retransmit_synack, const struct sock *listener)
{
	return sent_again(KIND_SYNACK, TCP_SYN_RECV, 1);
}
