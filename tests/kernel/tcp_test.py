# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcp against the kernel's own counters (/proc/net/snmp, netstat) of network namespaces that the test
makes, for the ways in which a connection can begin and end. Counts are exact; where others on the machine opened
connections meanwhile, the load runs again."""

import contextlib
import errno
import resource
import socket
import subprocess
import time
import unittest

from connections import FAR, NEAR, SCRAPE, Connections, abort
from exporter import delta
from truth import undisturbed
from workload import PATIENCE, crowd

CONNECT, OPENS, RTT = "node_tcp_connect_seconds", "node_tcp_opens_total", "node_tcp_min_rtt_at_close_seconds"
RESULTS = "ok", "refused", "timeout", "abandoned", "other"
FAMILIES = {"127.0.0.1": (socket.AF_INET, "ipv4", SCRAPE), "::1": (socket.AF_INET6, "ipv6", 0)}
MSG_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_REPAIR = 0x20000000, 30, 19
FASTOPEN_WITHOUT_COOKIES = 0x607  # for clients and all listeners
IPPROTO_MPTCP = 262
ATTEMPTS = 16384  # that are remembered
PAUSE = 0.3
ONE_END = {"out ok": 1}
BOTH_ENDS = {"out ok": 1, "in ok": 1}


def converse(server, address=None):
    """One connection from open to close, over which a little is said, and the time that connecting took."""
    with socket.socket(server.family) as client:
        started = time.monotonic()
        client.connect(address or server.getsockname()[:2])
        elapsed = time.monotonic() - started
        exchange(client, server.accept()[0])
    return elapsed


def exchange(client, peer):
    """A little is said and acknowledged both ways, and the server closes first."""
    with peer:
        client.sendall(b"x")
        peer.recv(1)
        peer.sendall(b"y")
        client.recv(1)
        client.sendall(b"z")  # with the acknowledgement
        peer.recv(1)


class Tcp(Connections):
    COLLECTOR = "tcp"

    def outcomes(self, load):
        """What opened or failed to during load(), but for the scrape: {"out ok": 50, "in ok": 50}."""
        self.before, self.after = self.scrapes_around(load)
        number = {f"{direction} {result}": delta(self.before, self.after, OPENS, direction=direction, result=result)
                  for direction in ("in", "out") for result in RESULTS}
        number["in ok"] -= SCRAPE
        number["out ok"] -= SCRAPE
        return {outcome: n for outcome, n in number.items() if n}

    def histogram(self, name, **labels):
        return delta(self.before, self.after, name, **labels)

    def timed(self, result):
        """How many attempts with this result were timed, but for the scrape."""
        return sum(h.count for h in self.connect_times(result)) - (SCRAPE if result == "ok" else 0)

    def connect_times(self, result):
        return [self.histogram(CONNECT, family=family, result=result) for family in ("ipv4", "ipv6")]

    def check(self, load, outcomes, timed=None, ignore=None, **kernel):
        """During load() just this opens or fails, all outgoing ones are timed (or as many as `timed` says), and the
        kernel counts so many ActiveOpens, PassiveOpens, AttemptFails and EstabResets. A result to ignore is one that
        others on the machine have all the time."""
        wanted = dict(outcomes)
        out = {outcome.split()[1]: n for outcome, n in outcomes.items() if outcome.startswith("out")}
        timed = out if timed is None else timed

        def measure():
            got = {what: n for what, n in self.outcomes(load).items() if what.split()[1] != ignore}
            self.assertEqual({name: self.kernel[f"Tcp.{name}"] for name in kernel}, kernel)
            times = {result: self.timed(result) for result in RESULTS if result != ignore}
            return got, {result: n for result, n in times.items() if n}

        self.assertEqual(undisturbed(measure, (wanted, timed)), (wanted, timed))

    def check_connections(self, host):
        family, label, ours = FAMILIES[host]
        server = self.listen(host)

        def load():
            with self.near.entered():
                self.elapsed = sum(converse(server) for _ in range(50))

        def measure():
            outcomes = self.outcomes(load)
            self.connect, self.rtt = self.histogram(CONNECT, family=label, result="ok"), self.histogram(RTT, family=label)
            return {**outcomes, "connect": self.connect.count, "rtt": self.rtt.count - 2 * ours}

        # Each connection has two ends, and both have measured the round trip.
        wanted = {"out ok": 50, "in ok": 50, "connect": 50 + ours, "rtt": 2 * 50}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertEqual((self.kernel["Tcp.ActiveOpens"], self.kernel["Tcp.PassiveOpens"]), (50, 50))
        # A connect is within the time that its caller waited; the scrape's own is given as much as all others.
        self.assertGreater(self.connect.sum, 0)
        self.assertLess(self.connect.sum, self.elapsed * (1 + ours))
        self.assertGreater(self.rtt.sum, 0)
        self.assertLess(self.rtt.sum / self.rtt.count, 0.01)

    def test_connections_count_once_at_each_end(self):
        self.check_connections("127.0.0.1")

    def test_ipv6_connections_are_told_apart(self):
        self.check_connections("::1")

    def test_an_ipv6_socket_that_connects_to_an_ipv4_address_is_ipv4(self):
        server = self.listen()

        def load():
            with self.near.entered(), socket.socket(socket.AF_INET6) as client:
                client.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
            server.accept()[0].close()

        self.check(load, BOTH_ENDS, ActiveOpens=1, PassiveOpens=1)
        self.assertEqual(self.histogram(CONNECT, family="ipv6").count, 0)

    def test_eight_tasks_on_one_cpu_lose_no_connection(self):
        def work():
            with self.near.entered(), socket.create_server(("127.0.0.1", 0)) as server:
                for _ in range(100):
                    converse(server)

        self.check(lambda: crowd(work), {"out ok": 800, "in ok": 800}, ActiveOpens=800, PassiveOpens=800,
                   AttemptFails=0, EstabResets=0)

    # ---- beginnings

    def test_no_free_port_is_no_attempt(self):
        server = self.listen()
        self.near.set_ipv4(ip_local_port_range="40000 40000")
        self.client().connect(server.getsockname())

        def load():
            for _ in range(50):
                with self.near.entered(), socket.socket() as client, self.assertRaises(OSError):
                    client.connect(server.getsockname())

        self.check(load, {}, ActiveOpens=0, AttemptFails=0)

    def test_a_socket_that_was_refused_before_and_finds_no_port_is_no_second_attempt(self):
        server = self.listen()

        def load():
            self.near.set_ipv4(ip_local_port_range="40000 40001")
            with self.near.entered(), socket.socket() as first, socket.socket() as second, socket.socket() as client:
                with self.assertRaises(ConnectionRefusedError):
                    client.connect(("127.0.0.1", 1))
                for other in first, second:
                    other.connect(server.getsockname())
                    server.accept()[0].close()
                with self.assertRaises(OSError):
                    client.connect(server.getsockname())

        self.near.set_ipv4(tcp_tw_reuse=1)
        self.check(load, {"out refused": 1, "out ok": 2, "in ok": 2}, ActiveOpens=3, PassiveOpens=2, AttemptFails=1)

    def deferring(self):
        client = self.client()
        client.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
        return client

    def test_a_syn_that_waits_for_data_is_timed_from_the_data_on(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        server = self.listen()
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)

        def load():
            with self.deferring() as client:
                client.connect(server.getsockname())
                time.sleep(PAUSE)
                exchange(client, server.accept()[0] if client.sendall(b"x") is None else None)

        self.check(load, BOTH_ENDS, ActiveOpens=1, PassiveOpens=1)
        self.assertGreater(self.kernel["TcpExt.TCPFastOpenActive"], 0)
        self.assertLess(self.connect_times("ok")[0].sum, PAUSE / 2)

    def test_a_syn_that_waits_for_data_and_is_never_sent_is_no_attempt(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)

        def load():
            with self.deferring() as client:
                client.connect(("127.0.0.1", 1))

        self.check(load, {}, ActiveOpens=0, AttemptFails=0)

    def test_a_deferred_syn_that_is_refused_counts_and_is_not_timed(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)

        def load():
            with self.deferring() as client:
                client.connect(("127.0.0.1", 1))
                with contextlib.suppress(ConnectionRefusedError):
                    client.sendall(b"x")
                    client.recv(1)

        self.check(load, {"out refused": 1}, {}, ActiveOpens=1, AttemptFails=1)

    def test_a_repaired_connection_is_none_that_opens(self):
        def load():
            with self.near.entered(), socket.socket() as client:
                client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
                client.bind(("127.0.0.1", 0))
                client.connect(("127.0.0.1", 9))

        self.check(load, {}, ActiveOpens=0, AttemptFails=0)
        self.assertEqual(self.kernel["Tcp.OutSegs"], 0)

    def test_two_ends_that_connect_to_each_other_are_both_outgoing(self):
        def load():
            with self.near.entered(), socket.socket() as client:
                client.bind(("127.0.0.1", 7000))
                client.connect(client.getsockname())  # to itself: its SYN meets its own
                abort(client)

        self.check(load, ONE_END, ActiveOpens=1, PassiveOpens=0, AttemptFails=0)

    def fast_open(self, server):
        client = self.client()
        client.sendto(b"x", MSG_FASTOPEN, server.getsockname())
        return client

    def test_connections_opened_with_data_count_as_others_do(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        server = self.listen()

        def load():
            with self.fast_open(server) as client:
                exchange(client, server.accept()[0])

        self.check(load, BOTH_ENDS, ActiveOpens=1, PassiveOpens=1, AttemptFails=0)
        self.assertEqual(self.kernel["TcpExt.TCPFastOpenPassive"], 1)

    def test_a_server_that_answers_and_closes_before_the_handshake_ends_has_opened(self):
        far = self.neighbour()
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        far.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        server = self.listen(NEAR)

        def load():
            self.silence()
            with far.entered(), socket.socket() as client:
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.sendto(b"x", MSG_FASTOPEN, server.getsockname())
                peer, _ = server.accept()
                peer.recv(1)
                peer.close()
                self.near.run("ip", "neighbour", "delete", FAR, "dev", "veth")
                client.settimeout(10 * PATIENCE)
                self.assertEqual(client.recv(1), b"")

        # The client is in another namespace, and counts for the exporter.
        self.check(load, BOTH_ENDS, ActiveOpens=0, PassiveOpens=1, AttemptFails=0)

    def test_connections_made_of_syn_cookies_count_and_have_true_round_trips(self):
        self.near.set_ipv4(tcp_syncookies=2)
        server = self.listen()

        def load():
            with self.near.entered():
                for _ in range(20):
                    converse(server)

        self.check(load, {"out ok": 20, "in ok": 20}, ActiveOpens=20, PassiveOpens=20)
        self.assertEqual(self.kernel["TcpExt.SyncookiesRecv"], 20)
        self.assertLess(self.histogram(RTT).sum, 2 * 20 * 0.002)

    def test_the_silence_before_a_deferred_accept_is_no_round_trip(self):
        server = self.listen()
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)

        def load():
            with self.near.entered(), socket.create_connection(server.getsockname()) as client:
                time.sleep(PAUSE)
                client.sendall(b"x")
                exchange(client, server.accept()[0])

        self.check(load, BOTH_ENDS, ActiveOpens=1, PassiveOpens=1)
        self.assertLess(self.histogram(RTT).sum, PAUSE / 2)

    def test_mptcp_connections_count_once_for_each_path(self):
        try:
            server = self.listen(protocol=IPPROTO_MPTCP)
        except OSError as e:
            self.skipTest(f"no MPTCP: {e}")

        def load():
            for protocol in socket.IPPROTO_TCP, IPPROTO_MPTCP:
                with self.client(protocol) as client:
                    client.connect(server.getsockname())
                    exchange(client, server.accept()[0])

        self.check(load, {"out ok": 2, "in ok": 2}, ActiveOpens=2, PassiveOpens=2, AttemptFails=0)

    # ---- ends

    def test_refused_connections_count_exactly(self):
        def load():
            with self.near.entered():
                for _ in range(40):
                    with contextlib.suppress(ConnectionRefusedError):
                        socket.create_connection(("127.0.0.1", 1)).close()

        self.check(load, {"out refused": 40}, ActiveOpens=40, AttemptFails=40)

    def test_an_unanswered_connect_times_out_after_its_retransmissions(self):
        self.neighbour()
        self.silence()
        self.near.set_ipv4(tcp_syn_retries=1, tcp_syn_linear_timeouts=0)

        def load():
            started = time.monotonic()
            with self.near.entered(), self.assertRaises(TimeoutError):
                socket.create_connection((FAR, 7000))
            self.elapsed = time.monotonic() - started

        self.check(load, {"out timeout": 1}, ignore="ok", ActiveOpens=1, AttemptFails=1)
        took = self.connect_times("timeout")[0].sum
        self.assertLess(took, self.elapsed)
        # The caller's clock starts before the SYN and stops after it was woken.
        self.assertGreater(took, self.elapsed - 0.5)

    def test_a_connection_closed_before_its_outcome_is_abandoned(self):
        self.neighbour()
        self.silence()

        def load():
            with self.client() as client:
                client.setblocking(False)
                client.connect_ex((FAR, 7000))

        self.check(load, {"out abandoned": 1}, ActiveOpens=1, AttemptFails=0)

    def test_a_connection_killed_while_it_opens_is_a_failure(self):
        self.neighbour()
        self.silence()

        def load():
            with self.client() as client:
                client.setblocking(False)
                client.connect_ex((FAR, 7000))
                with self.near.entered():
                    subprocess.run(["ss", "-K", "-t", "dst", FAR], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != errno.ECONNABORTED:
                    self.skipTest("this kernel kills no sockets for ss")

        self.check(load, {"out other": 1}, ActiveOpens=1, AttemptFails=1)

    def test_what_stays_half_open_is_no_incoming_connection(self):
        far = self.neighbour()
        self.silence()  # no answer to a SYN reaches the other side
        server = self.listen(NEAR)

        def load():
            with far.entered(), socket.socket() as client:
                client.setblocking(False)
                client.connect_ex(server.getsockname())

        self.check(load, {"out abandoned": 1}, PassiveOpens=0)

    def test_resets_of_open_connections_change_no_outcome(self):
        server = self.listen()

        def load():
            for _ in range(30):
                client = self.client()
                client.connect(server.getsockname())
                peer, _ = server.accept()
                abort(client)
                peer.close()

        self.check(load, {"out ok": 30, "in ok": 30}, ActiveOpens=30, PassiveOpens=30, AttemptFails=0, EstabResets=60)

    # ---- limits

    def test_more_waiting_sockets_than_are_remembered_do_not_keep_others_from_being_timed(self):
        if PATIENCE > 1:
            self.skipTest("an emulated machine takes minutes to open so many")
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        number = ATTEMPTS + 1000
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (number + 100, max(number + 100, limits[1])))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        with contextlib.ExitStack() as stack:
            with self.near.entered():
                for _ in range(number):
                    client = stack.enter_context(socket.socket())
                    client.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
                    client.connect(("127.0.0.1", 1))
            self.test_refused_connections_count_exactly()

    def test_no_event_is_lost(self):
        scrape = self.exporter.scrape()
        for cause in "map_full", "out_of_range", "unreadable":
            self.assertEqual(scrape.sum("bpf_exporter_events_lost_total", collector="tcp", cause=cause), 0, cause)


if __name__ == "__main__":
    unittest.main()
