# SPDX-License-Identifier: GPL-2.0-only
"""The collector softirq against /proc/softirqs.

A bound of one event a CPU stands where the kernel counts first and our program when the handler returns: a reader
may come between the two on each CPU.
"""

import os
import socket
import tempfile
import time
import unittest

from exporter import Exporter, delta
from truth import bracket

ONLY = ["--collector.disable-defaults", "--collector.softirq"]
CPUS = os.cpu_count()
VECS = ("hi", "timer", "net_tx", "net_rx", "block", "irq_poll", "tasklet", "sched", "hrtimer", "rcu")


def softirqs():
    """How often each vector ran, all CPUs together."""
    with open("/proc/softirqs") as f:
        next(f)
        return {words[0].rstrip(":").lower(): sum(map(int, words[1:])) for words in map(str.split, f)}


def load():
    """Packets on loopback (net_rx), writes to a disk (block), and time that passes (timer, sched, rcu)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, tempfile.NamedTemporaryFile(dir=".") as file:
        receiver.bind(("127.0.0.1", 0))
        receiver.connect(receiver.getsockname())
        for _ in range(2000):
            receiver.send(b"x")
            receiver.recv(1)
        for _ in range(20):
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline:
            pass


def lost(before, after):
    return delta(before, after, "bpf_exporter_events_lost_total", collector="softirq", cause="no_start")


class Softirq(unittest.TestCase):
    def test_runs_are_those_of_proc_softirqs(self):
        with Exporter(ONLY) as exporter:
            before, after, least, most = bracket(exporter, softirqs, load)
        self.assertEqual(after.labels("node_softirq_seconds", "vec"), set(VECS))
        self.assertGreaterEqual(least["net_rx"], 2000)
        for vec in VECS:
            with self.subTest(vec):
                runs = delta(before, after, "node_softirq_seconds", vec=vec).count
                self.assertGreaterEqual(runs, least[vec] - CPUS)
                self.assertLessEqual(runs, most[vec] + CPUS)

    def test_each_run_waited_or_is_said_to_have_no_start(self):
        """Waits count when a run begins, runs when it ends: one a CPU lies between. Those between the
        readings of one scrape, a few microseconds, are further ones."""
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            load()
            after = exporter.scrape()
        waits = delta(before, after, "node_softirq_latency_seconds").count
        runs = delta(before, after, "node_softirq_seconds").count
        self.assertAlmostEqual(waits + lost(before, after), runs, delta=2 * CPUS)
        self.assertLess(lost(before, after), runs / 20, "raises that fall together are rare")

    def test_times_fit_into_the_time_that_passed(self):
        """The 2000 packets were received in softirqs within the time of their system calls."""
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            started = time.monotonic()
            load()
            after = exporter.scrape()
            seconds = time.monotonic() - started
        runs = delta(before, after, "node_softirq_seconds")
        net_rx = delta(before, after, "node_softirq_seconds", vec="net_rx")
        self.assertLess(runs.sum, CPUS * seconds)
        self.assertGreater(net_rx.sum, 2000 * 100e-9, "a packet takes a hundred nanoseconds at the very least")
        self.assertGreater(delta(before, after, "node_softirq_latency_seconds", vec="net_rx").sum, 0)


if __name__ == "__main__":
    unittest.main()
