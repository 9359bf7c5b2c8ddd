# SPDX-License-Identifier: GPL-2.0-only
"""TCP listeners for tests, in a network namespace of their own, watched by two exporters at once: one that prefers
fentry, one that prefers kprobes."""

import socket
import struct
import unittest

from exporter import Exporter, delta
from network import Namespace

WAYS = "fentry", "kprobe"
SCRAPES = len(WAYS)  # those that end a measurement are connections themselves, which find the exporters' queues empty


def queued(listener):
    """The kernel's length of a listener's accept queue: tcpi_unacked."""
    return struct.unpack_from("I", listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0]


class Listeners(unittest.TestCase):
    COLLECTOR = None
    FLAGS = []

    @classmethod
    def setUpClass(cls):
        flags = ["--collector.disable-defaults", f"--collector.{cls.COLLECTOR}", *cls.FLAGS]
        cls.exporters = {way: cls.enterClassContext(Exporter([*flags, f"--attach.prefer={way}"])) for way in WAYS}

    def setUp(self):
        self.ways = WAYS
        self.near = self.enterContext(Namespace())

    def require(self, event):
        """Judge only the ways by which the program WAY_event runs; skip the test where there is none."""
        def runs(way):
            program = {"collector": self.COLLECTOR, "program": f"{way}_{event}"}
            return self.exporters[way].scrape().value("bpf_exporter_program_attached", **program)

        self.ways = [way for way in WAYS if runs(way)]
        if not self.ways:
            self.skipTest(f"none of {', '.join(WAYS)} can be had here")

    def listen(self, host="127.0.0.1", *, port=0, backlog=64, protocol=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with self.near.entered():
            listener = self.enterContext(socket.socket(family, socket.SOCK_STREAM, protocol))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
        return listener

    def kernel(self, counter):
        return self.near.snmp()[counter]

    def grown(self, load, name, **labels):
        """By each way that is judged, what a metric grows by during load(). No event is lost meanwhile."""
        before = {way: exporter.scrape() for way, exporter in self.exporters.items()}
        load()
        after = {way: exporter.scrape() for way, exporter in self.exporters.items()}
        for way in self.ways:
            self.assertEqual(delta(before[way], after[way], "bpf_exporter_events_lost_total"), 0, way)
        return {way: delta(before[way], after[way], name, **labels) for way in self.ways}
