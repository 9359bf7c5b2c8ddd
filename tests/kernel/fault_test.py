# SPDX-License-Identifier: GPL-2.0-only
"""The collectors majorfault and minorfault against what the kernel counts of faults that a child provokes."""

import mmap
import os
import resource
import tempfile
import time
import unittest

from exporter import delta
from truth import bracket
from ways import WAYS, attached

MAJOR, MINOR = "node_mm_major_fault_seconds", "node_mm_minor_fault_seconds"
PAGE, PAGES = mmap.PAGESIZE, 2000
RANDOM, NO_HUGE_PAGES = 1, 15  # madvise


def major_faults():
    with open("/proc/vmstat") as f:
        return {"pages": int(next(line for line in f if line.startswith("pgmajfault ")).split()[1])}


def faults_of(who):
    usage = resource.getrusage(who)
    return {"minor": usage.ru_minflt, "major": usage.ru_majflt}


def touch(memory):
    """Access each page once: the faults of this thread meanwhile, and the seconds."""
    before, started = faults_of(resource.RUSAGE_THREAD), time.monotonic()
    for at in range(0, len(memory), PAGE):
        memory[at]
    seconds, after = time.monotonic() - started, faults_of(resource.RUSAGE_THREAD)
    return {kind: after[kind] - before[kind] for kind in after}, seconds


def anonymous(pages):
    memory = mmap.mmap(-1, pages * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(NO_HUGE_PAGES)
    return memory


class Fault(unittest.TestCase):
    def check_major(self, exporter, load):
        """load() returns touch() of PAGES pages that have to be read one by one."""
        def measure():
            self.own, self.seconds = load()

        before, after, least, most = bracket(exporter, major_faults, measure)
        fault = delta(before, after, MAJOR)
        self.assertGreaterEqual(self.own["major"], PAGES)
        self.assertGreaterEqual(fault.count, least["pages"])
        self.assertLessEqual(fault.count, most["pages"])
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="majorfault"), 0)
        return fault

    def test_every_page_of_a_file_that_is_not_cached_is_a_major_fault(self):
        for way in WAYS:
            with self.subTest(way), tempfile.NamedTemporaryFile(dir=".") as file, attached("majorfault", way) as exporter:
                file.write(os.urandom(PAGES * PAGE))
                file.flush()
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                memory = mmap.mmap(file.fileno(), PAGES * PAGE, prot=mmap.PROT_READ)
                memory.madvise(RANDOM)
                fault = self.check_major(exporter, lambda: touch(memory))
                self.assertEqual(self.own["major"], PAGES)
                self.assertLess(fault.sum, self.seconds)
                self.assertGreater(fault.sum, self.seconds / 20)
                memory.close()


class Minor(unittest.TestCase):
    def test_every_new_page_is_a_minor_fault(self):
        """Of this process, the exporter's and who else runs: all are counted."""
        def faults():
            with open(f"/proc/{exporter.pid}/stat") as f:
                others = int(f.read().rpartition(")")[2].split()[7])
            return {"faults": faults_of(resource.RUSAGE_SELF)["minor"] + others}

        with attached("minorfault", "fentry") as exporter, anonymous(PAGES) as memory:
            before, after, least, most = bracket(exporter, faults, lambda: touch(memory))
        fault = delta(before, after, MINOR)
        self.assertGreaterEqual(least["faults"], PAGES)
        self.assertGreaterEqual(fault.count, least["faults"])
        self.assertLessEqual(fault.count, most["faults"])
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="minorfault"), 0)


if __name__ == "__main__":
    unittest.main()
