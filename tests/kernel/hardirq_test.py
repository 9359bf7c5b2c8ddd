# SPDX-License-Identifier: GPL-2.0-only
"""The collector hardirq against /proc/interrupts.

A bound of one event a CPU stands where the kernel counts first and our program when the handler returns: a reader
may come between the two on each CPU.
"""

import os
import platform
import re
import tempfile
import time
import unittest

from exporter import Exporter, delta
from truth import bracket
from workload import child, until

ONLY = ["--collector.disable-defaults", "--collector.hardirq"]
EACH = [*ONLY, "--collector.hardirq.irqs=1024"]
QUEUE = re.compile("[0-9]+(?=@)|-[0-9]+$|(?<=[a-zA-Z])[._][0-9]+$|(?<=[0-9])q[0-9]+$|(?<=-msix)[0-9]+$")
CPUS = os.cpu_count()
IPI = "IPI"  # arm64's interrupts from CPU to CPU: each has an irq number, which /proc/interrupts does not show
VECTORS = "node_hardirq_vector_seconds"
WITHIN = {  # by the beginning of a line of /proc/interrupts: the metric and labels that are to say the same
    "x86_64": {
        "LOC": (VECTORS, [{"vector": "local_timer"}]),
        "RES": (VECTORS, [{"vector": "reschedule"}]),
        "CAL": (VECTORS, [{"vector": "call_function"}, {"vector": "call_function_single"}]),
    },
    "aarch64": {IPI: ("node_hardirq_seconds", [{"action": IPI}])},
}[platform.machine()]


def interrupts():
    """Counts by the first word of each line of /proc/interrupts, all CPUs together."""
    with open("/proc/interrupts") as f:
        cpus = len(next(f).split())
        lines = [line.split() for line in f]
    return {words[0].rstrip(":"): sum(int(word) for word in words[1:1 + cpus] if word.isdigit()) for words in lines}


def actions():
    """What /sys says that an irq serves, by irq; several share one irq, separated by commas."""
    found = {}
    for irq in os.listdir("/sys/kernel/irq"):
        with open(f"/sys/kernel/irq/{irq}/actions") as f:
            found[irq] = f.read().strip()
    return {irq: action for irq, action in found.items() if action}


def echo(requests, replies):
    while os.read(requests, 1):
        os.write(replies, b"x")


def load():
    """Writes to a disk (its irq), wake-ups on other CPUs (reschedule, call_function_single), time (local_timer)."""
    requests, replies = os.pipe(), os.pipe()
    with child(echo, requests[0], replies[1]), tempfile.NamedTemporaryFile(dir=".") as file:
        for _ in range(500):
            os.write(requests[1], b"x")
            os.read(replies[0], 1)
        for _ in range(50):
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
        ticks = interrupts()
        until(lambda: sum(interrupts().values()) >= sum(ticks.values()) + 20, what="the timer ticks")


class Hardirq(unittest.TestCase):
    def assert_between(self, number, least, most):
        self.assertGreaterEqual(number, least - CPUS)
        self.assertLessEqual(number, most + CPUS)

    def test_handlers_run_as_often_as_proc_interrupts_says(self):
        """Also where devices share an interrupt: one of them raised it, and the others' handlers do not count."""
        with Exporter(EACH) as exporter:
            before, after, least, most = bracket(exporter, interrupts, load)
        shown = [irq for irq in actions() if irq in least]
        if not any(least[irq] >= 20 for irq in shown):
            self.skipTest("no device raises an interrupt when a file is written here")
        for irq in shown:
            with self.subTest(irq):
                self.assert_between(delta(before, after, "node_hardirq_seconds", irq=irq).count, least[irq], most[irq])

    def test_an_irq_bears_the_name_of_its_device(self):
        with Exporter(EACH) as exporter:
            load()
            scrape = exporter.scrape()
        series = scrape.series("node_hardirq_seconds_count")
        self.assertTrue(series)
        for s in series:
            self.assertIn(s.labels["action"], [name[:31] for name in actions()[s.labels["irq"]].split(",")])

    def test_the_queues_of_a_device_are_one_series(self):
        with Exporter(ONLY) as exporter:
            load()
            scrape = exporter.scrape()
        shown = [s.labels["action"] for s in scrape.series("node_hardirq_seconds_count")]
        self.assertEqual(len(shown), len(set(shown)))
        names = {QUEUE.sub("", name) for both in actions().values() for name in both.split(",")}
        self.assertLessEqual(set(shown), names)
        self.assertEqual({s.labels.get("irq", "") for s in scrape.series("node_hardirq_seconds_count")}, {""})

    def test_interrupts_from_cpu_to_cpu_and_of_timers_run_as_often_as_proc_interrupts_says(self):
        def read():
            counts = interrupts()
            return {line: sum(count for name, count in counts.items() if name.startswith(line)) for line in WITHIN}

        with Exporter(ONLY) as exporter:
            before, after, least, most = bracket(exporter, read, load)
        self.assertGreater(sum(least.values()), 20)
        for line, (metric, series) in WITHIN.items():
            with self.subTest(line):
                runs = sum(delta(before, after, metric, **labels).count for labels in series)
                self.assert_between(runs, least[line], most[line])

    def test_times_fit_into_the_time_that_passed(self):
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            started = time.monotonic()
            load()
            after = exporter.scrape()
            seconds = time.monotonic() - started
        for name in {"node_hardirq_seconds", "node_hardirq_vector_seconds"} & after.families.keys():
            run = delta(before, after, name)
            self.assertLess(run.sum, CPUS * seconds)
            self.assertGreaterEqual(run.sum, run.count * 20e-9, "a handler takes twenty nanoseconds at the very least")


if __name__ == "__main__":
    unittest.main()
