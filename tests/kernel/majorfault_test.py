# SPDX-License-Identifier: GPL-2.0-only
"""The collector majorfault against what the kernel counts of faults on a file that is not cached."""

import contextlib
import mmap
import os
import tempfile
import unittest

from exporter import delta
from faults import PAGE, touch
from truth import bracket
from ways import attached, by_each_way

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


if __name__ == "__main__":
    unittest.main()
