# SPDX-License-Identifier: GPL-2.0-only
"""The collector workqueue against work that a pseudo terminal queues: each byte written to it is handed to its reader
by one item of an unbound workqueue. Exact, or tried again where the rest of the kernel queued some meanwhile.
"""

import contextlib
import os
import threading
import time
import tty
import unittest

from dropins import dropins
from exporter import Exporter, delta
from truth import undisturbed, untold
from workload import until

ONLY = ["--collector.disable-defaults", "--collector.workqueue"]
METRIC = "node_workqueue_latency_seconds"
POOLS = {"bound", "unbound", "highpri", "bh"}


class Workqueue(unittest.TestCase):
    def setUp(self):
        self.writer, self.reader = os.openpty()
        self.addCleanup(os.close, self.writer)
        self.addCleanup(os.close, self.reader)
        tty.setraw(self.reader)

    def write(self, times):
        """Write that many bytes, each after the one before was read: the seconds all of it took."""
        started = time.monotonic()
        for _ in range(times):
            os.write(self.writer, b"x")
            os.read(self.reader, 1)
        return time.monotonic() - started

    def test_each_item_counts_once(self):
        def measure():
            before = exporter.scrape()
            self.write(20)
            return {"unbound": delta(before, exporter.scrape(), METRIC, pool="unbound").count}

        with Exporter(ONLY) as exporter:
            self.assertEqual(exporter.scrape().labels(METRIC, "pool"), POOLS)
            self.assertEqual(undisturbed(measure, {"unbound": 20}, attempts=50), {"unbound": 20})

    def test_many_items_all_count(self):
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            self.write(3000)
            after = exporter.scrape()
        self.assertGreaterEqual(delta(before, after, METRIC, pool="unbound").count, 3000)
        lost = delta(before, after, "bpf_exporter_events_lost_total", collector="workqueue")
        self.assertLess(lost, delta(before, after, METRIC).count / 100, "two items in one slot are rare")

    def test_items_that_are_queued_again_while_they_begin_count(self):
        """A worker marks an item as begun before it tells us, and a writer who does not wait queues it again just then.
        Other items of the kernel count on top."""
        def write():
            with contextlib.suppress(OSError):  # the terminal is closed at the end
                while not done.is_set():
                    os.write(self.writer, bytes(64))

        def read():
            with contextlib.suppress(OSError):
                while not done.is_set():
                    os.read(self.reader, 4096)

        done = threading.Event()
        threads = [threading.Thread(target=work, daemon=True) for work in (write, write, read, read)]
        flags = ["--collector.directory={}", "--collector.queued", f"--collector.queued.pid={os.getpid()}"]
        with dropins("queued") as directory, Exporter([*ONLY, *(f.format(directory) for f in flags)]) as exporter:
            before = exporter.scrape()
            for thread in threads:
                thread.start()
            until(lambda: delta(before, exporter.scrape(), "node_queued_total") > 10000, 60, "many items are queued")
            done.set()
            time.sleep(0.1)
            after = exporter.scrape()
        begun = sum(delta(before, after, METRIC, pool=pool).count for pool in POOLS)
        queued = delta(before, after, "node_queued_total")
        self.assertLessEqual(untold(before, after, "workqueue", begun, queued), 1)

    def test_waits_fit_into_the_time_that_passed(self):
        """One byte is under way at a time, so its waits add up to less than the clock; what others waited
        meanwhile comes on top, and is tried again."""
        with Exporter(ONLY) as exporter:
            for _ in range(50):
                before = exporter.scrape()
                seconds = self.write(20)
                wait = delta(before, exporter.scrape(), METRIC, pool="unbound")
                self.assertGreater(wait.sum, 20 * 100e-9, "a wake-up takes a hundred nanoseconds at the very least")
                if wait.count == 20:
                    break
        self.assertEqual(wait.count, 20)
        self.assertLess(wait.sum, seconds)


if __name__ == "__main__":
    unittest.main()
