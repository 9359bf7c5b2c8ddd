// SPDX-License-Identifier: GPL-2.0-only
/* How long the queues of TCP listeners are that connections meet: is a server behind, or its backlog short?
 *
 * Nothing has to be looked for: a new socket begins as a copy of its listener, with the length of the queue that
 * it is about to join. What a full queue turns away joins none; node_exporter has the kernel's count of that,
 * node_netstat_TcpExt_ListenOverflows. Further paths of an MPTCP connection meet the queue, too, though they join
 * none.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(tcpbacklog, "Length of the queues of TCP listeners, as new connections find them", ON);

enum queue { QUEUE_SYN, QUEUE_ACCEPT };

struct labels {
	enum queue queue PREFIX("QUEUE_");
};

struct backlog {
	HISTOGRAM(PLAIN, 0, 0, 16)
	depth METRIC("node_tcp_backlog_depth",
		     "Length of a listener's queue: of half-open connections, as a SYN finds it "
		     "(syn), or of connections that wait for accept(), as one that joins them "
		     "finds it (accept). A high value means that the server accepts too slowly or "
		     "that too many clients connect.");
};

/* A hash: where SYNs cannot be seen, there is no series of them. */
PERCPU_HASH(backlogs, struct labels, struct backlog, QUEUE_ACCEPT + 1);

static __always_inline int meet(enum queue queue, __u64 depth)
{
	struct labels key = { .queue = queue };
	struct backlog *b = series(&backlogs, &key);

	if (b)
		observe(&b->depth, depth);
	return 0;
}

static __always_inline int state_changes(const struct sock *sk, int before, int now)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || before != TCP_LISTEN ||
	    now != TCP_SYN_RECV)
		return 0;
	return meet(QUEUE_ACCEPT, BPF_CORE_READ(sk, sk_ack_backlog));
}

SEC("tp_btf/inet_sock_set_state")
ALTERNATIVE("accept", 1, "tracepoint")
int BPF_PROG(set_state, const struct sock *sk, int before, int now)
{
	return state_changes(sk, before, now);
}

/* Where the kernel preempts programs at tracepoints, and skips them meanwhile: the function around this one that a new
 * connection passes. */
SEC("kprobe/inet_sk_set_state")
ALTERNATIVE("accept", 2, "kprobe")
int BPF_KPROBE(kprobe_set_state, const struct sock *sk, int now)
{
	return state_changes(sk, BPF_CORE_READ(sk, __sk_common.skc_state), now);
}

static __always_inline int meet_half_open(const struct sock *listener)
{
	const struct inet_connection_sock *icsk = (const void *)listener;

	return meet(QUEUE_SYN, BPF_CORE_READ(icsk, icsk_accept_queue.qlen.counter));
}

/* Every SYN for a listener, but those that repeat one which is half open. */
SEC("fentry/tcp_conn_request")
ALTERNATIVE("syn", 1, "fentry")
NEEDS("function:tcp_conn_request")
int BPF_PROG(fentry_syn, void *ops, void *af_ops, struct sock *listener)
{
	return meet_half_open(listener);
}

SEC("kprobe/tcp_conn_request")
ALTERNATIVE("syn", 2, "kprobe")
int BPF_KPROBE(kprobe_syn, void *ops, void *af_ops, struct sock *listener)
{
	return meet_half_open(listener);
}
