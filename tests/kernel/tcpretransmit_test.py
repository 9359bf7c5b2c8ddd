# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcpretransmit against the kernel's own counters (/proc/net/snmp, netstat) of network namespaces that
the test makes. Counts are exact; where others on the machine sent segments again meanwhile, the load runs again."""

import socket
import unittest

from connections import FAR, NEAR, Connections, abort
from exporter import delta
from network import Namespace, join, lose_some
from truth import undisturbed

RETRANSMITS, TIMEOUTS = "node_tcp_retransmits_total", "node_tcp_timeouts_total"
KINDS = "timeout", "loss", "fast", "tlp", "other", "synack"
MSG_FASTOPEN = 0x20000000
FASTOPEN_BY_CLIENTS_ONLY = 0x5  # without cookies; no server takes it
NARROW = 1000  # bytes of a packet


class ByTracepoints(Connections):
    COLLECTOR = "tcpretransmit"
    FLAGS = ["--attach.prefer=tracepoints"]
    PROGRAM = "lose_all"

    def setUp(self):
        super().setUp()
        program = {"collector": self.COLLECTOR, "program": self.PROGRAM}
        if not self.exporter.scrape().value("bpf_exporter_program_attached", **program):
            self.skipTest(f"{self.PROGRAM} cannot be attached here")

    def check(self, load, kernel=None, state=None, **wanted):
        """During load() the segments sent again (in this state) are those of the kernel, and so are the time-outs; of
        the kinds named there are so many, or as many as the counter named. What the kernel counts differs between
        runs, but is no less than `kernel` says."""
        labels = {"state": state} if state else {}

        def measure():
            before, after = self.scrapes_around(load)
            self.kinds = {kind: delta(before, after, RETRANSMITS, kind=kind, **labels) for kind in KINDS}
            sent = self.kernel["Tcp.RetransSegs"] - self.kernel["TcpExt.TCPRetransFail"]
            off = {"segments": sum(self.kinds.values()) - sent,
                   "time-outs": delta(before, after, TIMEOUTS, **labels) - self.kernel["TcpExt.TCPTimeouts"]}
            for kind, number in wanted.items():
                number = self.kernel[number] if isinstance(number, str) else number
                off[kind] = self.kinds[kind] - number
            return {what: number for what, number in off.items() if number}

        self.assertEqual(undisturbed(measure, {}, attempts=4), {})
        for name, least in (kernel or {}).items():
            self.assertGreaterEqual(self.kernel[name], least, name)

    def part(self, far):
        """So that none comes between two readings: the other namespace is gone."""
        far.__exit__()
        self.near.run("ip", "link", "delete", "veth")

    def test_silence_is_probed_and_then_times_out(self):
        def load():
            far, client, _ = self.peers()
            far.run("ip", "address", "flush", "dev", "veth")  # nobody acknowledges any more
            client.sendall(b"x" * 3000)
            self.until_kernel_counts("TcpExt.TCPTimeouts", 2)
            abort(client)
            self.part(far)

        self.check(load, {"TcpExt.TCPTimeouts": 2, "TcpExt.TCPLossProbes": 1},
                   timeout="TcpExt.TCPTimeouts", tlp="TcpExt.TCPLossProbes", fast=0, loss=0, other=0)

    def test_after_a_blackout_only_its_timeouts_are_timeouts(self):
        def load():
            far, client, _ = self.peers()
            self.near.run("ip", "link", "set", "veth", "gso_max_segs", "1")  # a packet is a segment
            # Both ends: what is acknowledged anew arrives meanwhile.
            for namespace, peer in (self.near, FAR), (far, NEAR):
                namespace.run("ip", "neighbour", "replace", peer, "lladdr", "02:00:00:00:00:01", "dev", "veth")
            client.sendall(b"x" * 14_000)
            self.until_kernel_counts("TcpExt.TCPTimeouts", 2)
            for namespace, peer in (self.near, FAR), (far, NEAR):
                namespace.run("ip", "neighbour", "delete", peer, "dev", "veth")
            self.until_kernel_counts("Tcp.RetransSegs", 8)
            abort(client)
            self.part(far)

        self.check(load, {"TcpExt.TCPTimeouts": 2}, timeout="TcpExt.TCPTimeouts", tlp="TcpExt.TCPLossProbes", fast=0,
                   other=0)
        self.assertGreater(self.kinds["loss"], 0)

    def test_the_last_timeout_of_a_connection_counts_though_it_sends_nothing(self):
        self.neighbour()
        self.silence()
        self.near.set_ipv4(tcp_syn_retries=1, tcp_syn_linear_timeouts=0)

        def load():
            with self.near.entered(), self.assertRaises(TimeoutError):
                socket.create_connection((FAR, 7000))

        self.check(load, {"TcpExt.TCPTimeouts": 2}, "syn_sent", timeout=1, tlp=0, other=0)

    def test_what_cannot_be_sent_again_is_no_segment_sent_again(self):
        def load():
            far, client, _ = self.peers()
            self.silence()
            client.sendall(b"x" * 3000)
            # From now on the interface's queue takes nothing.
            self.near.run("tc", "qdisc", "add", "dev", "veth", "root", "tbf", "rate", "8kbit", "burst", "10", "limit", "1")
            self.until_kernel_counts("TcpExt.TCPRetransFail", 2)
            abort(client)
            self.part(far)

        self.check(load, {"TcpExt.TCPRetransFail": 2, "TcpExt.TCPTimeouts": 1}, loss=0, fast=0, other=0)

    def test_fast_retransmissions_are_those_that_the_kernel_counts(self):
        def load():
            far, client, server = self.peers()
            lose_some(server)
            self.near.run("ip", "link", "set", "veth", "gso_max_segs", "1")
            client.sendall(b"x" * 300_000)
            self.until_kernel_counts("TcpExt.TCPFastRetrans", 1)
            abort(client)
            self.part(far)

        self.check(load, fast="TcpExt.TCPFastRetrans")

    def test_a_path_that_narrows_is_no_timeout(self):
        router, far = self.neighbour(), self.enterContext(Namespace())
        for change in ("down",), ("name", "near"), ("up",):
            router.run("ip", "link", "set", "near" if change[0] == "up" else "veth", *change)
        join(router, "10.83.1.1/24", far, "10.83.1.2/24")
        router.set_ipv4(ip_forward=1)
        self.near.run("ip", "route", "add", "10.83.1.0/24", "via", FAR)
        far.run("ip", "route", "add", "default", "via", "10.83.1.1")
        with far.entered():
            server = self.enterContext(socket.create_server(("10.83.1.2", 7000)))

        def load():
            router.run("ip", "link", "set", "veth", "mtu", "1500")
            with self.client() as client:
                client.connect(server.getsockname())
                with server.accept()[0] as peer:
                    router.run("ip", "link", "set", "veth", "mtu", str(NARROW))
                    client.sendall(b"x" * 14_000)
                    self.assertEqual(len(peer.recv(14_000, socket.MSG_WAITALL)), 14_000)
            self.near.run("ip", "route", "flush", "cache")  # and the next time it is wide again

        self.check(load, timeout=0, tlp=0, loss=0, fast=0)
        self.assertEqual(self.kernel["TcpExt.TCPTimeouts"], 0)
        self.assertGreaterEqual(self.kinds["other"], 10)

    def test_data_that_a_server_refuses_in_a_syn_is_sent_again_without_a_timeout(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_BY_CLIENTS_ONLY)

        def load():
            with self.near.entered(), socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
                client.sendto(b"x" * 10, MSG_FASTOPEN, server.getsockname())
                peer, _ = server.accept()
                with peer:
                    self.assertEqual(peer.recv(100), b"x" * 10)

        # Linux 5.10 has set the timer for probes by then, and it looks like one.
        self.check(load, timeout=0, loss=0, fast=0)
        self.assertEqual(self.kernel["TcpExt.TCPTimeouts"], 0)
        self.assertEqual(self.kinds["other"] + self.kinds["tlp"], self.kernel["Tcp.RetransSegs"])

    def test_no_event_is_lost(self):
        scrape = self.exporter.scrape()
        lost = {"collector": self.COLLECTOR}
        for cause in "map_full", "out_of_range", "unreadable":
            self.assertEqual(scrape.sum("bpf_exporter_events_lost_total", cause=cause, **lost), 0)


class ByFentry(ByTracepoints):
    FLAGS = ["--attach.prefer=fentry"]
    PROGRAM = "fentry_timer"


class ByKprobe(ByTracepoints):
    FLAGS = ["--attach.prefer=kprobe"]
    PROGRAM = "kprobe_timer"


if __name__ == "__main__":
    unittest.main()
