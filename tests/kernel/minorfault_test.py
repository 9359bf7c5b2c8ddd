# SPDX-License-Identifier: GPL-2.0-only
"""The collector minorfault against what the kernel counts of faults on new memory."""

import mmap
import resource
import time
import unittest

from exporter import delta
from faults import PAGE, faults_of, touch
from truth import bracket, untold
from ways import attached
from workload import crowd, small_pages

METRIC = "node_mm_minor_fault_seconds"
PAGES = 2000


def new_memory():
    memory = mmap.mmap(-1, PAGES * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    small_pages(memory)
    return memory


class MinorFault(unittest.TestCase):
    def test_every_new_page_is_a_minor_fault(self):
        """Of this process and of the exporter: who else runs is counted, too, but not known here."""
        def faults():
            with open(f"/proc/{exporter.pid}/stat") as f:
                exporters = int(f.read().rpartition(")")[2].split()[7])
            return {"pages": faults_of(resource.RUSAGE_SELF)["minor"] + exporters}

        def measure():
            _, self.seconds = touch(memory)

        with attached("minorfault", "fentry", everywhere=False) as exporter, new_memory() as memory:
            started = time.monotonic()
            before, after, least, most = bracket(exporter, faults, measure)
            seconds = time.monotonic() - started
        fault = delta(before, after, METRIC)
        self.assertGreaterEqual(least["pages"], PAGES)
        self.assertGreaterEqual(fault.count, least["pages"])
        self.assertLessEqual(fault.count, most["pages"])
        # This process and the exporter take turns; what of the loop are faults is known to an order of magnitude only.
        self.assertLess(fault.sum, seconds)
        self.assertGreater(fault.sum, self.seconds / 20)
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="minorfault"), 0)

    def test_no_fault_of_a_crowd_takes_the_time_between_two(self):
        """Where the kernel skips programs of tasks that preempt each other, ends meet begins of other faults. Nobody
        waits for a second within a fault, but between two."""
        def work():
            for _ in range(3):
                with new_memory() as memory:
                    touch(memory)
                time.sleep(1.1)

        with attached("minorfault", "fentry") as exporter:
            own = faults_of(resource.RUSAGE_CHILDREN)["minor"]
            before = exporter.scrape()
            crowd(work, tasks=8)
            after = exporter.scrape()
            own = faults_of(resource.RUSAGE_CHILDREN)["minor"] - own
        fault = delta(before, after, METRIC)
        self.assertEqual(fault.above("1"), 0)
        self.assertGreater(fault.count, own / 100)
        self.assertLessEqual(untold(before, after, "minorfault", fault.count, own), 0)


if __name__ == "__main__":
    unittest.main()
