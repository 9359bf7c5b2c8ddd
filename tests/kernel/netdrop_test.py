# SPDX-License-Identifier: GPL-2.0-only
"""The collector netdrop against the counters of a network namespace that drops what the test sends.

Counts are exact; drops of the same reason elsewhere on the machine make the load run again."""

import socket
import unittest

from exporter import Exporter, delta
from network import Namespace
from truth import undisturbed

ONLY = ["--collector.disable-defaults", "--collector.netdrop"]
METRIC = "node_net_drops_total"


class Netdrop(unittest.TestCase):
    def setUp(self):
        self.namespace = self.enterContext(Namespace())
        self.exporter = self.enterContext(Exporter(ONLY))
        self.has_reasons = self.exporter.scrape().value(
            "bpf_exporter_program_attached", collector="netdrop", program="drop_for_reason")

    def socket(self, family, kind=socket.SOCK_DGRAM):
        with self.namespace.entered():
            return self.enterContext(socket.socket(family, kind))

    def check(self, load, counter, at_least, **labels):
        """During load() the drops of these labels grow just as the kernel's counter does; at least as much where no
        reason tells them from others (before 5.17)."""
        if not self.has_reasons:
            del labels["reason"]

        def measure():
            kernel, before = self.namespace.snmp()[counter], self.exporter.scrape()
            load()
            after = self.exporter.scrape()
            self.dropped = self.namespace.snmp()[counter] - kernel
            more = delta(before, after, METRIC, **labels) - self.dropped
            return {"more than the kernel's": more if self.has_reasons else min(more, 0)}

        wanted = {"more than the kernel's": 0}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertGreaterEqual(self.dropped, at_least)

    def check_full_socket(self, family, address, counter, **labels):
        receiver, sender = self.socket(family), self.socket(family)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the kernel makes it its least: some datagrams
        receiver.bind((address, 0))
        sender.connect(receiver.getsockname())

        def load():
            for _ in range(200):
                sender.send(b"x" * 500)

        self.check(load, counter, 150, reason="socket_rcvbuff", **labels)

    def check_no_socket(self, family, address, counter, **labels):
        sender = self.socket(family)

        def load():
            for _ in range(100):
                sender.sendto(b"x", (address, 9))

        self.check(load, counter, 100, reason="no_socket", **labels)

    def test_datagrams_to_a_full_socket_are_dropped_for_its_buffer(self):
        self.check_full_socket(socket.AF_INET, "127.0.0.1", "Udp.RcvbufErrors", protocol="ipv4")

    def test_datagrams_to_nobody_are_dropped_for_no_socket(self):
        self.check_no_socket(socket.AF_INET, "127.0.0.1", "Udp.NoPorts", protocol="ipv4")

    def test_ipv6_drops_are_told_apart(self):
        self.check_full_socket(socket.AF_INET6, "::1", "Udp6RcvbufErrors", protocol="ipv6")
        self.check_no_socket(socket.AF_INET6, "::1", "Udp6NoPorts", protocol="ipv6")

    def test_datagrams_that_are_received_are_no_drops(self):
        receiver, sender = self.socket(socket.AF_INET6), self.socket(socket.AF_INET6)
        receiver.bind(("::1", 0))

        def measure():
            before = self.exporter.scrape()
            for _ in range(100):
                sender.sendto(b"x", receiver.getsockname())
                receiver.recv(1)
            return {"drops": delta(before, self.exporter.scrape(), METRIC, protocol="ipv6")}

        self.assertEqual(undisturbed(measure, {"drops": 0}), {"drops": 0})

    def test_every_reason_is_a_name_of_the_running_kernel(self):
        sender = self.socket(socket.AF_INET)
        sender.sendto(b"x", ("127.0.0.1", 9))
        scrape = self.exporter.scrape()
        for reason in scrape.labels(METRIC, "reason"):
            self.assertFalse(reason.isdigit(), reason)


if __name__ == "__main__":
    unittest.main()
