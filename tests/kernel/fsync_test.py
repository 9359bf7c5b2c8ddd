# SPDX-License-Identifier: GPL-2.0-only
"""The collector fsync against calls made here, and their times against a clock around each.

Others on the machine may sync meanwhile (a commit, a package manager): then the load runs again."""

import ctypes
import mmap
import os
import tempfile
import time
import unittest

from exporter import Exporter, delta
from filesystem import mounted, overlay
from iouring import Ring
from truth import undisturbed, untold
from ways import attached, by_each_way
from workload import PATIENCE, crowd

ONLY = ["--collector.disable-defaults", "--collector.fsync", "--collector.fsync.tracepoints=1"]
METRIC, OTHER = "node_fs_sync_seconds", "node_fs_other_sync_seconds"
SYNC_FILE_RANGE_WRITE = 2
NUMBERS = {"fsync": 40, "fdatasync": 30, "sync": 2, "syncfs": 3, "msync": 20, "sync_file_range": 10}
libc = ctypes.CDLL(None, use_errno=True)


class Load:
    """Writes and syncs a file of its own; `seconds` is the time spent in each kind of call."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.file.truncate(65536)
        self.fd = self.file.fileno()
        self.map = mmap.mmap(self.fd, 4096)
        self.call = {
            "fsync": lambda: os.fsync(self.fd),
            "fdatasync": lambda: os.fdatasync(self.fd),
            "sync": os.sync,
            "syncfs": lambda: check(libc.syncfs(self.fd)),
            "msync": self.map.flush,
            "sync_file_range": lambda: check(libc.sync_file_range(
                self.fd, ctypes.c_int64(0), ctypes.c_int64(0), SYNC_FILE_RANGE_WRITE)),
        }

    def run(self):
        self.seconds = dict.fromkeys(NUMBERS, 0)
        for call, number in NUMBERS.items():
            for i in range(number):
                os.pwrite(self.fd, bytes([i]) * 4096, 4096)
                self.map[0] = i
                started = time.monotonic()
                self.call[call]()
                self.seconds[call] += time.monotonic() - started


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), "sync")


class Fsync(unittest.TestCase):
    def test_every_call_counts_once_and_its_time_is_within_that_of_the_caller(self):
        load = Load()

        def measure():
            self.before = exporter.scrape()
            load.run()
            self.after = exporter.scrape()
            return {call: delta(self.before, self.after, METRIC, call=call).count for call in NUMBERS}

        with Exporter(ONLY) as exporter:
            self.assertEqual(undisturbed(measure, NUMBERS), NUMBERS)
        for call in NUMBERS:
            with self.subTest(call):
                time_in_kernel = delta(self.before, self.after, METRIC, call=call).sum
                self.assertLess(time_in_kernel, load.seconds[call])
                # Outside of the kernel's part the caller spends microseconds, here with Python's and
                # the programs' own; that much more only where it was preempted in just that place.
                self.assertGreater(time_in_kernel, load.seconds[call] - NUMBERS[call] * 0.0005 - 0.02)

    def test_failed_calls_count_and_nothing_is_lost(self):
        def measure():
            before = exporter.scrape()
            for _ in range(50):
                self.assertEqual(libc.syncfs(-1), -1)
            self.after = exporter.scrape()
            return {"calls": delta(before, self.after, METRIC, call="syncfs").count}

        with Exporter(ONLY) as exporter:
            self.assertEqual(undisturbed(measure, {"calls": 50}), {"calls": 50})
        for cause in "map_full", "map_refused", "no_start", "no_end":
            self.assertEqual(self.after.sum("bpf_exporter_events_lost_total", collector="fsync", cause=cause), 0)


    def test_fentry_and_kprobes_measure_the_same(self):
        load = Load()

        def measure():
            self.before = [exporter.scrape() for exporter in exporters]
            load.run()
            self.after = [exporter.scrape() for exporter in exporters]
            return {(way, call): self.grown(way, call).count for way in range(2) for call in NUMBERS}

        with Exporter([*ONLY, "--attach.prefer=fentry"]) as one, Exporter([*ONLY, "--attach.prefer=kprobe"]) as other:
            exporters = one, other
            for exporter, way in (one, "fentry"), (other, "kprobe"):
                attached = exporter.scrape().value("bpf_exporter_program_attached", collector="fsync",
                                                   program=f"{way}_begin_FSYNC")
                if not attached:
                    self.skipTest(f"{way} cannot be had here")
            wanted = {(way, call): NUMBERS[call] for way in range(2) for call in NUMBERS}
            self.assertEqual(undisturbed(measure, wanted), wanted)
        for call in NUMBERS:
            with self.subTest(call):
                sums = [self.grown(way, call).sum for way in range(2)]
                # One stands within the other: what lies between is the inner one's programs, and what
                # preempts just there.
                self.assertAlmostEqual(*sums, delta=(NUMBERS[call] * 0.0005 + 0.02) * PATIENCE)
                self.assertLess(max(sums), load.seconds[call])

    def grown(self, way, call):
        return delta(self.before[way], self.after[way], METRIC, call=call)


@by_each_way
class Others(unittest.TestCase):
    """Syncs that are no call of their own."""

    def grown(self, way, load):
        """By whom they were, beside how many calls there were. Others on the machine may sync, too: tried again."""
        def measure():
            before = exporter.scrape()
            load()
            self.after = exporter.scrape()
            return {**{by: delta(before, self.after, OTHER, by=by).count for by in ("write", "io_uring")},
                    "fsync": delta(before, self.after, METRIC, call="fsync").count}

        with attached("fsync", way) as exporter:
            return undisturbed(measure, self.wanted)

    def test_writes_to_files_that_are_opened_for_it(self, way):
        def load():
            for flag in os.O_SYNC, os.O_DSYNC:
                fd = os.open(file.name, os.O_WRONLY | flag)
                for i in range(5):
                    os.pwrite(fd, b"x", i)
                os.close(fd)

        self.wanted = {"write": 10, "io_uring": 0, "fsync": 0}
        with tempfile.NamedTemporaryFile() as file:
            self.assertEqual(self.grown(way, load), self.wanted)

    def test_io_uring(self, way):
        def load():
            for i in range(4):
                os.pwrite(file.fileno(), b"x", i)
                ring.fsync(file.fileno())

        self.wanted = {"write": 0, "io_uring": 4, "fsync": 0}
        with tempfile.NamedTemporaryFile() as file, Ring() as ring:
            self.assertEqual(self.grown(way, load), self.wanted)

    def test_calls_are_no_others(self, way):
        """Also through a file system that is stacked upon another."""
        def load():
            for i in range(7):
                os.pwrite(file.fileno(), b"x", i)
                os.fsync(file.fileno())

        self.wanted = {"write": 0, "io_uring": 0, "fsync": 7}
        with mounted("xfs") as below, overlay(below) as directory, open(f"{directory}/file", "wb") as file:
            self.assertEqual(self.grown(way, load), self.wanted)

    def test_io_uring_on_a_stacked_file_system_counts_once(self, way):
        def load():
            for i in range(4):
                os.pwrite(file.fileno(), b"x", i)
                ring.fsync(file.fileno())

        self.wanted = {"write": 0, "io_uring": 4, "fsync": 0}
        with mounted("xfs") as below, overlay(below) as directory, open(
                f"{directory}/file", "wb") as file, Ring() as ring:
            self.assertEqual(self.grown(way, load), self.wanted)


@by_each_way
class Crowd(unittest.TestCase):
    """Tasks on one CPU that preempt each other."""

    TASKS = 8

    def calls(self, way, work, call):
        """How many are shown, and how many of all are neither shown nor told to be lost. What others of the machine sync
        meanwhile may come on top."""
        def run():
            self.made = work()

        with attached("fsync", way) as exporter:
            before = exporter.scrape()
            crowd(run, self.TASKS)
            after = exporter.scrape()
        run()
        shown, made = delta(before, after, METRIC, call=call).count, self.TASKS * self.made
        self.assertLess(shown, made * 1.01)
        return shown, made, untold(before, after, "fsync", shown, made)

    def test_calls_that_fail(self, way):
        def work():
            for _ in range(2000):
                libc.syncfs(-1)
            return 2000

        shown, made, lost = self.calls(way, work, "syncfs")
        self.assertLessEqual(lost, 0)
        if way == "kprobe":
            self.assertGreaterEqual(shown, made)

    def test_calls_that_wait(self, way):
        """The kernel has a few kretprobes only, and before 6.7 tells nobody that none was left: a task's next call finds
        out, so that its last one is not known to be lost."""
        def work():
            with tempfile.TemporaryFile() as file:
                for _ in range(40):
                    os.write(file.fileno(), bytes(4096))
                    os.fsync(file.fileno())
            return 40

        *_, lost = self.calls(way, work, "fsync")
        self.assertLessEqual(lost, self.TASKS)


if __name__ == "__main__":
    unittest.main()
