// SPDX-License-Identifier: GPL-2.0-only
/* How long connections that are open wait until their server accepts them: to clients the server hangs meanwhile.
 *
 * The kernel stamps a connection as it is established, so the end of the wait is all there is to watch. What is
 * never accepted has no wait: connections that are left when their listener closes do not count.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/function.bpf.h>

COLLECTOR(tcpaccept, "Time that TCP connections wait to be accepted", ON);

#define PORTS_MAX 64 /* that have series of their own */

PARAMETER(ports, __u8, [65536],
	  "Local ports to show in series of their own, 64 at most; the others count as other")
DECODE(uint);

enum port { PORT_OTHER }; /* those that are told apart are numbers */

struct labels {
	enum port port PREFIX("PORT_");
};

struct waits {
	HISTOGRAM(SECONDS, 1, -17, 6)
	time METRIC("node_tcp_accept_queue_seconds",
		    "Time from a connection's establishment to its accept(), by local port. A high "
		    "value means that the server accepts too slowly. other: ports that "
		    "--collector.tcpaccept.ports does not name.");
};

PERCPU_HASH(waits, struct labels, struct waits, PORTS_MAX + 1);

/* An MPTCP connection waits as the TCP connection that it began with. Kernels may be built without. */
static __always_inline const struct tcp_sock *tcp_of(const struct sock *sk)
{
	const struct mptcp_sock *mptcp = (const void *)sk;
	const __u16 protocol = BPF_CORE_READ(sk, sk_protocol);

	if (protocol == IPPROTO_TCP)
		return (const void *)sk;
	if (protocol == IPPROTO_MPTCP && bpf_core_field_exists(mptcp->first))
		return (const void *)BPF_CORE_READ(mptcp, first);
	return NULL;
}

/* The local port, where even a reset leaves it. */
static __always_inline enum port port_of(const struct sock *sk)
{
	const struct inet_sock *inet = (const void *)sk;
	__u32 port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));

	/* The verifier does not know what swapped bytes may be. */
	asm volatile("" : "+r"(port));
	port &= 0xffff;
	return ports[port] ? port : PORT_OTHER;
}

/* The clock of received data starts at the establishment, and goes on only once data is read. */
static __always_inline void observe_wait(const struct sock *sk, const struct tcp_sock *tcp)
{
	const __u64 now = bpf_ktime_get_ns(), start_us = BPF_CORE_READ(tcp, rcvq_space.time);
	struct labels key = { .port = port_of(sk) };
	struct waits *w;

	if (!start_us) {
		lose(LOST_NO_START);
		return;
	}
	w = series(&waits, &key);
	if (w)
		observe(&w->time, elapsed(now, start_us * 1000));
}

static __always_inline int accept(const struct sock *sk)
{
	const struct tcp_sock *tcp = tcp_of(sk);

	if (tcp) /* Unix sockets and others are accepted, too */
		observe_wait(sk, tcp);
	return 0;
}

/* Called as a new socket gets its file, whoever accepts: a system call, io_uring, NFS. Unlike inet_csk_accept(), whose
 * arguments changed in 6.10, it never waits: kernels miss returns when many kretprobes are under way. */
AT_ENTRY("accept", accept, "security_sock_graft", accept(sk), struct sock *sk)
