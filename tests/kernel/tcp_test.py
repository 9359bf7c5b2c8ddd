# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcp against the kernel's own counters (/proc/net/snmp, netstat) of network namespaces that the test
makes. Counts are exact; where others on the machine opened connections meanwhile, the load runs again."""

import contextlib
import socket
import struct
import time
import unittest

from exporter import Exporter, delta
from network import Namespace, join, lose_some
from truth import undisturbed
from workload import until

ONLY = ["--collector.disable-defaults", "--collector.tcp"]
NEAR, FAR = "10.83.0.1", "10.83.0.2"
CONNECT, OPENS, SRTT = "node_tcp_connect_seconds", "node_tcp_opens_total", "node_tcp_srtt_seconds"
RETRANSMITS, RESETS = "node_tcp_retransmits_total", "node_tcp_resets_total"
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
SCRAPE = 1  # the scrape that ends a measurement is an IPv4 connection itself; of the one before only the end shows


def abort(connection):
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def converse(server):
    """One connection from open to close, over which a little is said, and the time that connecting took."""
    started = time.monotonic()
    with socket.create_connection(server.getsockname()[:2]) as client:
        elapsed = time.monotonic() - started
        peer, _ = server.accept()
        with peer:
            client.sendall(b"x")
            peer.recv(1)
            peer.sendall(b"y")
            client.recv(1)
    return elapsed


class Tcp(unittest.TestCase):
    def setUp(self):
        self.near = self.enterContext(Namespace())
        self.exporter = self.enterContext(Exporter(ONLY))

    def grown(self, load, *metrics):
        """What each metric, (name, labels), and each counter of `near` grow by during load()."""
        self.start, before = self.near.snmp(), self.exporter.scrape()
        load()
        after, now = self.exporter.scrape(), self.near.snmp()
        self.kernel = {name: now[name] - self.start.get(name, 0) for name in now}
        return [delta(before, after, name, **labels) for name, labels in metrics]

    def until_kernel_counts(self, name, number):
        """Wait until a counter of `near` has grown by that much since the load began."""
        until(lambda: self.near.snmp()[name] - self.start[name] >= number, what=f"{number} more {name}")

    def peers(self):
        """A second namespace and a connection to it: (namespace, our end, its end)."""
        far = self.enterContext(Namespace())
        join(self.near, f"{NEAR}/24", far, f"{FAR}/24")
        with far.entered():
            server = self.enterContext(socket.create_server((FAR, 7000)))
            server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20)  # nobody reads: it takes all that is sent
        with self.near.entered():
            client = self.enterContext(socket.create_connection((FAR, 7000)))
            client.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20)
        return far, client, self.enterContext(server.accept()[0])

    def check_connections(self, family, address, label):
        with self.near.entered():
            server = self.enterContext(socket.create_server((address, 0), family=family))

        def measure():
            def load():
                with self.near.entered():
                    self.elapsed = sum(converse(server) for _ in range(50))

            opened_out, opened_in, self.connect, self.srtt = self.grown(
                load, (OPENS, {"direction": "out", "result": "ok"}), (OPENS, {"direction": "in", "result": "ok"}),
                (CONNECT, {"family": label, "result": "ok"}), (SRTT, {"family": label}))
            return {"out": opened_out, "in": opened_in, "connect": self.connect.count, "srtt": self.srtt.count}

        ours = SCRAPE if family == socket.AF_INET else 0
        # Each connection has two ends, and both have measured the round trip.
        wanted = {"out": 50 + SCRAPE, "in": 50 + SCRAPE, "connect": 50 + ours, "srtt": 2 * (50 + ours)}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertEqual((self.kernel["Tcp.ActiveOpens"], self.kernel["Tcp.PassiveOpens"]), (50, 50))
        # A connect is within the time that its caller waited; the scrape's own is given as much as all others.
        self.assertGreater(self.connect.sum, 0)
        self.assertLess(self.connect.sum, self.elapsed * (1 + ours))
        # The round trip over loopback is a part of the connect, as long as nothing is delayed on the way.
        self.assertGreater(self.srtt.sum, 0)
        self.assertLess(self.srtt.sum / self.srtt.count, 0.01)

    def test_connections_count_once_at_each_end(self):
        self.check_connections(socket.AF_INET, "127.0.0.1", "ipv4")

    def test_ipv6_connections_are_told_apart(self):
        self.check_connections(socket.AF_INET6, "::1", "ipv6")

    def test_an_ipv6_socket_that_connects_to_an_ipv4_address_is_ipv4(self):
        with self.near.entered():
            server = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def load():
            with self.near.entered(), socket.socket(socket.AF_INET6) as client:
                client.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
            server.accept()[0].close()

        def measure():
            ipv4, ipv6 = self.grown(load, (CONNECT, {"family": "ipv4"}), (CONNECT, {"family": "ipv6"}))
            return {"ipv4": ipv4.count, "ipv6": ipv6.count}

        wanted = {"ipv4": 1 + SCRAPE, "ipv6": 0}
        self.assertEqual(undisturbed(measure, wanted), wanted)

    def test_refused_connections_and_the_resets_that_refuse_them_count_exactly(self):
        def load():
            with self.near.entered():
                for _ in range(40):
                    with contextlib.suppress(ConnectionRefusedError):
                        socket.create_connection(("127.0.0.1", 1)).close()

        def measure():
            connect, opens, sent, received = self.grown(
                load, (CONNECT, {"family": "ipv4", "result": "refused"}),
                (OPENS, {"direction": "out", "result": "refused"}),
                (RESETS, {"direction": "out", "reason": "no_socket"}), (RESETS, {"direction": "in"}))
            return {"connect": connect.count, "opens": opens, "sent": sent, "received": received}

        # Kernels that give no reasons are silent about resets that no socket sends, too.
        told = self.exporter.scrape().value(
            "bpf_exporter_program_attached", collector="tcp", program="send_reset_for_reason")
        wanted = {"connect": 40, "opens": 40, "sent": 40 * told, "received": 40}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertEqual((self.kernel["Tcp.AttemptFails"], self.kernel["Tcp.OutRsts"]), (40, 40))

    def test_aborted_connections_count_as_resets_at_both_ends(self):
        with self.near.entered():
            server = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def load():
            with self.near.entered():
                for _ in range(30):
                    client = socket.create_connection(server.getsockname())
                    peer, _ = server.accept()
                    abort(client)
                    peer.close()

        def measure():
            sent, received = self.grown(load, (RESETS, {"direction": "out"}), (RESETS, {"direction": "in"}))
            return {"sent": sent, "received": received}

        self.assertEqual(undisturbed(measure, {"sent": 30, "received": 30}), {"sent": 30, "received": 30})
        # Both ends go from ESTABLISHED straight to CLOSE.
        self.assertEqual((self.kernel["Tcp.OutRsts"], self.kernel["Tcp.EstabResets"]), (30, 60))

    def test_an_unanswered_connect_times_out_after_its_retransmissions(self):
        far, _, _ = self.peers()
        far.run("ip", "address", "flush", "dev", "veth")
        self.near.run("ip", "neighbour", "replace", FAR, "lladdr", "02:00:00:00:00:01", "dev", "veth")
        self.near.set_ipv4(tcp_syn_retries=1, tcp_syn_linear_timeouts=0)

        def load():
            started = time.monotonic()
            with self.near.entered(), self.assertRaises(TimeoutError):
                socket.create_connection((FAR, 7000))
            self.elapsed = time.monotonic() - started

        def measure():
            self.connect, opens, retransmits = self.grown(
                load, (CONNECT, {"result": "timeout"}), (OPENS, {"direction": "out", "result": "timeout"}),
                (RETRANSMITS, {"kind": "rto", "state": "syn_sent"}))
            return {"connect": self.connect.count, "opens": opens, "retransmits": retransmits}

        wanted = {"connect": 1, "opens": 1, "retransmits": 1}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertEqual(self.kernel["Tcp.RetransSegs"], 1)
        self.assertLess(self.connect.sum, self.elapsed)
        # The caller's clock starts before the SYN and stops after it was woken.
        self.assertGreater(self.connect.sum, self.elapsed - 0.1)

    def test_retransmissions_into_silence_are_probes_and_timeouts_as_the_kernel_counts_them(self):
        def load():
            far, client, _ = self.peers()
            far.run("ip", "address", "flush", "dev", "veth")  # nobody acknowledges any more
            client.sendall(b"x" * 3000)
            self.until_kernel_counts("TcpExt.TCPTimeouts", 2)
            abort(client)  # so that none comes between the two readings
            far.__exit__()
            self.near.run("ip", "link", "delete", "veth")

        def measure():
            every, rto, tlp, fast = self.grown(
                load, (RETRANSMITS, {}), (RETRANSMITS, {"kind": "rto", "state": "established"}),
                (RETRANSMITS, {"kind": "tlp", "state": "established"}), (RETRANSMITS, {"kind": "fast"}))
            # What the kernel counted differs between runs; no difference to it is what is wanted.
            return {"every": every - self.kernel["Tcp.RetransSegs"], "rto": rto - self.kernel["TcpExt.TCPTimeouts"],
                    "tlp": tlp - self.kernel["TcpExt.TCPLossProbes"], "fast": fast}

        wanted = {"every": 0, "rto": 0, "tlp": 0, "fast": 0}
        self.assertEqual(undisturbed(measure, wanted, attempts=4), wanted)
        self.assertGreaterEqual(self.kernel["TcpExt.TCPTimeouts"], 2)
        self.assertGreaterEqual(self.kernel["TcpExt.TCPLossProbes"], 1)

    def test_fast_retransmissions_are_those_that_the_kernel_counts(self):
        def load():
            far, client, server = self.peers()
            lose_some(server)
            self.near.run("ip", "link", "set", "veth", "gso_max_segs", "1")  # a packet is a segment
            client.sendall(b"x" * 300_000)
            self.until_kernel_counts("TcpExt.TCPFastRetrans", 1)
            abort(client)
            far.__exit__()
            self.near.run("ip", "link", "delete", "veth")

        def measure():
            every, fast = self.grown(load, (RETRANSMITS, {}), (RETRANSMITS, {"kind": "fast"}))
            return {"every": every - self.kernel["Tcp.RetransSegs"],
                    "fast": fast - self.kernel["TcpExt.TCPFastRetrans"]}

        wanted = {"every": 0, "fast": 0}
        self.assertEqual(undisturbed(measure, wanted, attempts=4), wanted)

    def test_no_event_is_lost(self):
        scrape = self.exporter.scrape()
        for cause in "map_full", "out_of_range", "unreadable":
            self.assertEqual(scrape.value("bpf_exporter_events_lost_total", collector="tcp", cause=cause), 0, cause)


if __name__ == "__main__":
    unittest.main()
