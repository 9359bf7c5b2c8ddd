# SPDX-License-Identifier: GPL-2.0-only
"""The collector majorfault against what the kernel counts of faults on a file that is not cached."""

import contextlib
import mmap
import multiprocessing
import os
import resource
import tempfile
import time
import unittest

from exporter import delta
from faults import PAGE, faults_of, touch
from truth import bracket, untold
from ways import attached, by_each_way
from workload import crowd

METRIC = "node_mm_major_fault_seconds"
PAGES = 2000
RANDOM = 1  # madvise: no readahead


def major_faults():
    with open("/proc/vmstat") as f:
        return {"pages": int(next(line for line in f if line.startswith("pgmajfault ")).split()[1])}


@contextlib.contextmanager
def uncached_pages():
    """A file in memory of which no page is cached, and each has to be read by itself."""
    with tempfile.NamedTemporaryFile(dir=".") as file:
        file.write(os.urandom(PAGES * PAGE))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with mmap.mmap(file.fileno(), PAGES * PAGE, prot=mmap.PROT_READ) as memory:
            memory.madvise(RANDOM)
            yield memory


@by_each_way
class MajorFault(unittest.TestCase):
    def test_every_page_of_a_file_that_is_not_cached_is_a_major_fault(self, way):
        with attached("majorfault", way) as exporter, uncached_pages() as memory:
            self.check(exporter, memory)

    def check(self, exporter, memory):
        def measure():
            self.own, self.seconds = touch(memory)

        before, after, least, most = bracket(exporter, major_faults, measure)
        fault = delta(before, after, METRIC)
        self.assertEqual(self.own["major"], PAGES)
        self.assertGreaterEqual(fault.count, least["pages"])
        self.assertLessEqual(fault.count, most["pages"])
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="majorfault"), 0)
        # What of the loop are these functions is known to an order of magnitude only.
        self.assertLess(fault.sum, self.seconds)
        self.assertGreater(fault.sum, self.seconds / 20)

    def test_a_crowds_faults_are_shown_or_told_to_be_lost(self, way):
        """Each task reads a part of the file, so that they wait for the disk in turns."""
        def work():
            with begun.get_lock():
                part = begun.value
                begun.value += 1
            for at in range(part * PAGES // 8, (part + 1) * PAGES // 8):
                memory[at * PAGE]

        def run():
            self.seconds = time.monotonic()
            crowd(work, tasks=8)
            self.seconds = time.monotonic() - self.seconds

        begun = multiprocessing.Value("i", 0)
        with attached("majorfault", way) as exporter, uncached_pages() as memory:
            own = faults_of(resource.RUSAGE_CHILDREN)["major"]
            before, after, _, most = bracket(exporter, major_faults, run)
            own = faults_of(resource.RUSAGE_CHILDREN)["major"] - own
        fault = delta(before, after, METRIC)
        self.assertGreaterEqual(own, PAGES)
        self.assertLessEqual(fault.count, most["pages"])
        self.assertLess(fault.sum, 8 * self.seconds)
        # Before Linux 6.7 the kernel does not tell which kprobes it skipped; a begin that the next one replaces is told.
        last_of_each_task = 8 if way == "kprobe" else 0
        self.assertLessEqual(untold(before, after, "majorfault", fault.count, own), last_of_each_task)
        if way == "kprobe":
            self.assertGreaterEqual(fault.count, own * 0.99)


if __name__ == "__main__":
    unittest.main()
