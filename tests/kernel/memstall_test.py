# SPDX-License-Identifier: GPL-2.0-only
"""The collector memstall against the kernel's own pressure stall information and the tracepoints of reclaim."""

import os
import subprocess
import sys
import tempfile
import time
import unittest

from exporter import delta
from memcg import MemoryCgroup
from swapfile import SwapFile
from truth import untold
from ways import attached, by_each_way
from workload import crowd

STALL, RECLAIM = "node_mm_stall_seconds", "node_mm_direct_reclaim_seconds"
LIMIT, FILE, ATTEMPTS = 16 << 20, 64 << 20, 5
FILL = f"import mmap\nm = mmap.mmap(-1, {2 * LIMIT})\nfor i in range(0, len(m), 4096): m[i] = 1"


def pressure(group):
    """Seconds in which something in the cgroup stalled; None where the kernel does not tell."""
    try:
        with open(f"{group.path}/memory.pressure") as f:
            return int(f.readline().rpartition("total=")[2]) / 1e6
    except OSError:
        return None


def cached_nothing(file):
    """Fill a file, and keep nothing of it in memory."""
    file.write(os.urandom(FILE))
    file.flush()
    os.fsync(file.fileno())
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@by_each_way
class MemStall(unittest.TestCase):
    def stalls(self, group, exporter, *command):
        """Run a command in the cgroup, on one CPU; the stalls meanwhile and those of them that were reclaim."""
        def enter():
            os.sched_setaffinity(0, [0])
            group.enter()

        before = exporter.scrape()
        subprocess.run(command, preexec_fn=enter, stdout=subprocess.DEVNULL, check=True)
        after = exporter.scrape()
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="memstall"), 0)
        return delta(before, after, STALL), delta(before, after, RECLAIM, scope="memcg")

    def check_as_the_kernel(self, exporter, load):
        """load(exporter) returns the stalls, and their seconds by the kernel. These begin and end a little aside of
        ours, by some hundredths of the sum; and the kernel weighs CPUs by their whole ticks, so that what else goes on
        may disturb an attempt."""
        for _ in range(ATTEMPTS):
            stall, seconds = load(exporter)
            if seconds is None or abs(stall.sum / seconds - 1) < 0.1:
                return
        self.fail(f"{stall.sum} s of stalls, but the kernel tells {seconds}")

    def test_reading_more_than_fits_stalls_once_for_each_reclaim(self, way):
        with attached("memstall", way, "--collector.reclaim") as exporter:
            self.check_as_the_kernel(exporter, self.read_too_much)

    def read_too_much(self, exporter):
        with tempfile.NamedTemporaryFile(dir=".") as file, MemoryCgroup(LIMIT) as group:
            cached_nothing(file)
            stall, reclaim = self.stalls(group, exporter, "cat", file.name)
            self.assertGreater(stall.count, 100)
            self.assertEqual(stall.count, reclaim.count)
            self.assertGreater(stall.sum, reclaim.sum)
            return stall, pressure(group)

    def test_stalls_within_stalls_are_one(self, way):
        """Reclaim writes to swap, which stalls, too; and a task cannot stall longer than it lives."""
        with SwapFile(4 * LIMIT), attached("memstall", way, "--collector.reclaim") as exporter:
            self.check_as_the_kernel(exporter, self.swap_out)

    def swap_out(self, exporter):
        with MemoryCgroup(LIMIT, swap=4 * LIMIT) as group:
            started = time.monotonic()
            stall, reclaim = self.stalls(group, exporter, sys.executable, "-c", FILL)
            self.assertGreaterEqual(stall.count, reclaim.count)
            self.assertGreater(stall.sum, reclaim.sum)
            self.assertLess(stall.sum, time.monotonic() - started)
            return stall, pressure(group)

    def test_a_crowds_stalls_are_shown_or_told_to_be_lost(self, way):
        """Each task reads more than fits, and each of its reclaims is a stall. A task cannot stall longer than the load
        takes, and none takes the time of what an earlier one did not end."""
        def read():
            group.enter()
            with open(file.name, "rb", buffering=0) as own:
                while own.read(1 << 16):
                    pass

        with attached("memstall", way, "--collector.reclaim") as exporter, tempfile.NamedTemporaryFile(
                dir=".") as file, MemoryCgroup(LIMIT) as group:
            cached_nothing(file)
            before, started = exporter.scrape(), time.monotonic()
            crowd(read, tasks=8, cpu=0)
            seconds, after = time.monotonic() - started, exporter.scrape()
        stall, reclaim = delta(before, after, STALL), delta(before, after, RECLAIM, scope="memcg").count
        self.assertGreater(reclaim, 100)
        self.assertLess(stall.sum, 8 * seconds)
        self.assertLessEqual(untold(before, after, "memstall", stall.count, reclaim), 0)
        if way == "kprobe":
            self.assertGreaterEqual(stall.count, reclaim)


if __name__ == "__main__":
    unittest.main()
