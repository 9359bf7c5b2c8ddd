# SPDX-License-Identifier: GPL-2.0-only
"""Counters with a value for each CPU, where more CPUs are possible than online and some come and go meanwhile: in a
machine like that of tests/vm/cpus_test.py."""

import ctypes
import os
import unittest

from exporter import Exporter, delta
from privilege import in_guest

CALLS = 1000
CPUS = "/sys/devices/system/cpu"
libc = ctypes.CDLL(None)


def cpus(state):
    """The CPUs that are "possible", or "online"."""
    with open(f"{CPUS}/{state}") as f:
        ranges = (part.split("-") for part in f.read().strip().split(","))
        return {cpu for part in ranges for cpu in range(int(part[0]), int(part[-1]) + 1)}


def switch(cpu, on):
    with open(f"{CPUS}/cpu{cpu}/online", "w") as f:
        f.write("1" if on else "0")


def call(cpu):
    """Fail in so many system calls that nobody else makes, on one CPU."""
    home = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    for _ in range(CALLS):
        libc.syncfs(-1)
    os.sched_setaffinity(0, home)


def counted(scrape):
    """All that only grows: of counters and histograms, by name and labels."""
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in scrape.families.values() if family.type != "gauge" for sample in family.samples}


@unittest.skipUnless(in_guest(), "only in the machines of scripts/vm: CPUs are switched on and off")
class Hotplug(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.absent = cpus("possible") - cpus("online")
        if not cls.absent:
            raise unittest.SkipTest("every possible CPU is online")
        cls.exporter = cls.enterClassContext(Exporter(["--collector.syscall"]))

    def check_calls(self, cpu):
        """Calls on that CPU count exactly: in a table, and in a hash. Returns the last scrape."""
        before = self.exporter.scrape()
        call(cpu)
        after = self.exporter.scrape()
        for metric in "node_syscall_calls_total", "node_syscall_errors_total":
            self.assertEqual(delta(before, after, metric, syscall="syncfs"), CALLS, metric)
        return after

    def test_what_happens_on_a_cpu_that_comes_later_counts_exactly(self):
        for cpu in min(self.absent), max(self.absent):
            with self.subTest(cpu):
                self.addCleanup(switch, cpu, False)
                switch(cpu, True)
                self.check_calls(cpu)

    def test_counters_neither_go_back_nor_vanish_when_their_cpu_does(self):
        seen, leaver = {}, max(cpus("online"))
        self.addCleanup(switch, leaver, True)
        for on in True, False, True:
            switch(leaver, on)
            now = counted(self.check_calls(leaver if on else 0))
            self.assertEqual([key for key in seen if key not in now or now[key] < seen[key]], [])
            seen = now


if __name__ == "__main__":
    unittest.main()
