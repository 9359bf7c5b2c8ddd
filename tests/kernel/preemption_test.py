# SPDX-License-Identifier: GPL-2.0-only
"""Programs are not skipped where tasks are preempted within them: a crowd of tasks on one CPU against the kernel's own
counters, by the ways of attaching that the exporter chooses on this kernel."""

import ctypes
import socket
import unittest

from exporter import Exporter, delta
from network import Namespace
from truth import undisturbed
from workload import crowd

TASKS = 8
CONNECTIONS = 150
SYNCS = 10_000
BOUND = 0.001


def converse(near):
    with near.entered(), socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(CONNECTIONS):
            client = socket.create_connection(server.getsockname())
            peer, _ = server.accept()
            client.close()
            peer.close()


def sync():
    libc = ctypes.CDLL(None)
    for _ in range(SYNCS):
        libc.syncfs(-1)


def missed(scrape, collector):
    return {s.labels["program"]: s.value
            for s in scrape.series("bpf_exporter_program_missed_total", collector=collector) if s.value}


class Preemption(unittest.TestCase):
    def check(self, shown, made, scrape, collector):
        self.assertLessEqual(abs(shown - made), BOUND * made, missed(scrape, collector))

    def test_connections_of_a_crowd_are_those_that_the_kernel_counts(self):
        """Tried again where others of the machine opened connections meanwhile."""
        def measure():
            nonlocal before, start, now, after
            before, start = exporter.scrape(), near.snmp()
            crowd(lambda: converse(near), TASKS)
            now, after = exporter.scrape(), near.snmp()
            return delta(before, now, "node_tcp_opens_total", direction="in", result="ok") - 1

        before = start = now = after = None
        with Namespace() as near, Exporter(["--collector.disable-defaults", "--collector.tcp"]) as exporter:
            undisturbed(measure, TASKS * CONNECTIONS)
        for direction, counter in ("out", "Tcp.ActiveOpens"), ("in", "Tcp.PassiveOpens"):
            with self.subTest(direction):
                made = after[counter] - start[counter]
                self.assertEqual(made, TASKS * CONNECTIONS)
                shown = delta(before, now, "node_tcp_opens_total", direction=direction, result="ok")
                self.check(shown - 1, made, now, "tcp")  # the scrape is a connection itself

    def test_calls_of_a_crowd_are_those_that_it_makes(self):
        flags = ["--collector.disable-defaults", "--collector.fsync", "--collector.fsync.tracepoints=1"]
        with Exporter(flags) as exporter:
            before = exporter.scrape()
            crowd(sync, TASKS)
            now = exporter.scrape()
        shown = delta(before, now, "node_fs_sync_seconds", call="syncfs").count
        self.check(shown, TASKS * SYNCS, now, "fsync")

    def test_the_shown_events_stand_beside_those_that_are_missed(self):
        with Exporter(["--collector.disable-defaults", "--collector.fsync", "--collector.fsync.tracepoints=1"]) as exporter:
            before = exporter.scrape()
            sync()
            now = exporter.scrape()
        events = delta(before, now, "bpf_exporter_collector_events_total", collector="fsync")
        self.assertEqual(events, delta(before, now, "node_fs_sync_seconds").count)
        self.assertGreaterEqual(events, SYNCS)


if __name__ == "__main__":
    unittest.main()
