# SPDX-License-Identifier: GPL-2.0-only
"""The collector swap against the pages that /proc/vmstat counts, and their times against a clock around them."""

import mmap
import os
import time
import unittest

from exporter import delta
from memcg import MemoryCgroup
from swapfile import SwapFile
from truth import bracket
from ways import attached, by_each_way
from workload import small_pages, until

METRIC = "node_mm_swap_io_seconds"
LIMIT, MEMORY, PAGE = 8 << 20, 24 << 20, mmap.PAGESIZE


def vmstat():
    with open("/proc/vmstat") as f:
        numbers = dict(map(str.split, f))
    return {"in": int(numbers["pswpin"]), "out": int(numbers["pswpout"])}


def overflow(group):
    """Fill three times the cgroup's memory with bytes of which no page is like another, then read it all."""
    group.enter()
    memory = mmap.mmap(-1, MEMORY, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    small_pages(memory)
    for at in range(0, MEMORY, PAGE):
        memory[at:at + PAGE] = os.urandom(PAGE)
    for at in range(0, MEMORY, PAGE):
        memory[at]


def run_in_child(run, *arguments):
    pid = os.fork()
    if pid == 0:
        try:
            run(*arguments)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


@by_each_way
class Swap(unittest.TestCase):
    def swapped(self, exporter, group, least):
        """What the collector and the kernel counted, and the seconds it took. The kernel counts a page when its
        request begins, the histogram when it ends: so wait until so much of all have."""
        started = time.monotonic()
        before, _, pages, _ = bracket(exporter, vmstat, lambda: self.assertEqual(run_in_child(overflow, group), 0))

        def complete():
            self.after = exporter.scrape()
            self.counted = {op: delta(before, self.after, METRIC, op=op) for op in pages}
            return all(self.counted[op].count >= least * pages[op] for op in pages)

        until(complete, what=f"{least} of {pages} are complete")
        self.assertEqual(delta(before, self.after, "bpf_exporter_events_lost_total", collector="swap"), 0)
        return self.counted, pages, time.monotonic() - started

    def test_every_page_counts_once(self, way):
        """But the kernel leaves out a kprobe that is hit while it handles another on that CPU, as it happens where
        requests complete within the interrupt that comes just then: 3.3 % were seen, a tenth is allowed for."""
        with SwapFile(2 * MEMORY), MemoryCgroup(LIMIT, swap=2 * MEMORY) as group, attached("swap", way) as exporter:
            counted, pages, seconds = self.swapped(exporter, group, 1 if way == "fentry" else 0.9)
            for op in "in", "out":
                self.assertGreaterEqual(pages[op], (MEMORY - LIMIT) // PAGE)
                self.assertLessEqual(counted[op].count, pages[op])
                self.assertGreater(counted[op].sum, counted[op].count * 1e-6, "a request takes a microsecond")
            # Reads are ahead by eight pages, writes by as much as the cgroup's memory.
            self.assertLess(counted["in"].sum, 8 * seconds)
            self.assertLess(counted["out"].sum, LIMIT / PAGE * seconds)


if __name__ == "__main__":
    unittest.main()
