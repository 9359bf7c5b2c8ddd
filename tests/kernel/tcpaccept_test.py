# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcpaccept against connections that the test leaves waiting: each counts once, on a port that nobody
else has, and its wait lies between the times of a clock on both sides."""

import socket
import struct
import time
import unittest

from listeners import SCRAPES, Listeners, queued
from truth import undisturbed
from workload import until

METRIC = "node_tcp_accept_queue_seconds"
PORT, UNLISTED = 7001, 7002
PAUSE, BELOW = 0.3, "0.25"  # seconds, and a bucket below
IPPROTO_MPTCP = 262
MSG_FASTOPEN = 0x20000000
FASTOPEN_WITHOUT_COOKIES = 0x607  # for clients and all listeners


def abort(connection):
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class TcpAccept(Listeners):
    COLLECTOR = "tcpaccept"
    FLAGS = [f"--collector.tcpaccept.ports=80,{PORT}", "--collector.tcpbacklog"]  # which runs on any kernel

    def setUp(self):
        super().setUp()
        self.require("accept")

    def connect(self, listener, protocol=0):
        with self.near.entered():
            client = self.enterContext(socket.socket(listener.family, socket.SOCK_STREAM, protocol))
        client.connect(listener.getsockname())
        return client

    def check_count(self, load, number, port=PORT):
        def measure():
            self.wait = self.grown(load, METRIC, port=str(port))
            return {way: wait.count for way, wait in self.wait.items()}

        wanted = dict.fromkeys(self.ways, number)
        self.assertEqual(undisturbed(measure, wanted), wanted)

    def check_wait(self, listener, connect, number=1):
        """So many connections by connect() wait, for PAUSE."""
        def load():
            self.least = self.most = 0
            begun = []
            for _ in range(number):
                begun.append(time.monotonic())
                connect()
            if listener.proto != IPPROTO_MPTCP:  # which does not tell
                until(lambda: queued(listener) == number, what="all stand in the queue")
            there = time.monotonic()
            time.sleep(PAUSE)
            for i in range(number):
                self.least += time.monotonic() - there
                listener.accept()[0].close()
                self.most += time.monotonic() - begun[i]

        self.check_count(load, number)
        for wait in self.wait.values():
            self.assertEqual(wait.buckets[BELOW], 0)
            self.assertGreater(wait.sum, self.least)
            self.assertLess(wait.sum, self.most)

    def test_waits_last_from_establishment_to_accept(self):
        listener = self.listen(port=PORT)
        self.check_wait(listener, lambda: self.connect(listener), 20)

    def test_ipv6_connections_wait_as_well(self):
        listener = self.listen("::1", port=PORT)
        self.check_wait(listener, lambda: self.connect(listener), 5)

    def test_ports_that_are_not_listed_are_other(self):
        listener = self.listen(port=UNLISTED)

        def load():
            self.connect(listener)
            listener.accept()[0].close()

        self.check_count(load, 1 + SCRAPES, "other")
        self.check_count(load, 0, UNLISTED)

    def test_connections_made_of_syn_cookies_wait_as_others_do(self):
        self.near.set_ipv4(tcp_syncookies=2)
        listener = self.listen(port=PORT)
        self.check_wait(listener, lambda: self.connect(listener), 5)
        self.assertEqual(self.kernel("TcpExt.SyncookiesRecv") % 5, 0)
        self.assertGreater(self.kernel("TcpExt.SyncookiesRecv"), 0)

    def test_a_connection_opened_with_data_waits_from_its_syn_on(self):
        self.near.set_ipv4(tcp_fastopen=FASTOPEN_WITHOUT_COOKIES)
        listener = self.listen(port=PORT)

        def connect():
            with self.near.entered():
                client = self.enterContext(socket.socket())
            client.sendto(b"x", MSG_FASTOPEN, listener.getsockname())

        self.check_wait(listener, connect)
        self.assertGreater(self.kernel("TcpExt.TCPFastOpenPassive"), 0)

    def test_a_deferred_connection_waits_only_from_its_data_on(self):
        listener = self.listen(port=PORT)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)

        def load():
            client = self.connect(listener)
            time.sleep(PAUSE)
            sent = time.monotonic()
            client.sendall(b"x")
            listener.accept()[0].close()
            self.most = time.monotonic() - sent

        self.check_count(load, 1)
        for wait in self.wait.values():
            self.assertLess(wait.sum, self.most)

    def test_a_connection_that_was_reset_meanwhile_counts_when_it_is_accepted(self):
        listener = self.listen(port=PORT)

        def connect():
            before = self.kernel("Tcp.EstabResets")
            abort(self.connect(listener))
            until(lambda: self.kernel("Tcp.EstabResets") - before >= 2, what="both ends are reset")

        self.check_wait(listener, connect)

    def test_connections_that_a_closing_listener_leaves_do_not_count(self):
        def load():
            listener = self.listen(port=PORT)
            for _ in range(5):
                self.connect(listener)
            until(lambda: queued(listener) == 5, what="all stand in the queue")
            listener.close()

        self.check_count(load, 0)
        listener = self.listen(port=PORT)
        self.check_wait(listener, lambda: self.connect(listener))

    def test_mptcp_listeners_count_whatever_their_clients_speak(self):
        try:
            listener = self.listen(port=PORT, protocol=IPPROTO_MPTCP)
        except OSError as e:
            self.skipTest(f"no MPTCP: {e}")
        for protocol in socket.IPPROTO_TCP, IPPROTO_MPTCP:
            with self.subTest(protocol):
                self.check_wait(listener, lambda: self.connect(listener, protocol))


if __name__ == "__main__":
    unittest.main()
