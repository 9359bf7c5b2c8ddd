# SPDX-License-Identifier: GPL-2.0-only
"""The collector reclaim against a memory cgroup that is too small for the file read in it, and /proc/vmstat."""

import os
import subprocess
import tempfile
import time
import unittest

from exporter import Exporter, delta
from memcg import MemoryCgroup
from truth import bracket, untold
from ways import attached, by_each_way
from workload import crowd

ONLY = ["--collector.disable-defaults", "--collector.reclaim"]
SECONDS, PAGES = "node_mm_direct_reclaim_seconds", "node_mm_direct_reclaimed_pages_total"
LIMIT, FILE = 16 << 20, 64 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


def vmstat():
    with open("/proc/vmstat") as f:
        numbers = {name: int(value) for name, value in map(str.split, f)}
    others = sum(value for name, value in numbers.items() if name in ("pgsteal_kswapd", "pgsteal_khugepaged",
                                                                      "pgsteal_proactive"))
    return {"stalls": sum(value for name, value in numbers.items() if name.startswith("allocstall_")),
            "pages": numbers["pgsteal_anon"] + numbers["pgsteal_file"] - others}


def read_in(group, path):
    """Read a file inside the cgroup, nothing of it cached before."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    subprocess.run(["cat", path], preexec_fn=group.enter, stdout=subprocess.DEVNULL, check=True)


def in_memory(path):
    """Whether files there exist in memory alone."""
    return subprocess.check_output(["stat", "-f", "-c", "%T", path], text=True).strip() in ("tmpfs", "ramfs")


@unittest.skipIf(in_memory("."), "files here are in memory alone: nothing of them can be reclaimed")
class Reclaim(unittest.TestCase):
    def test_a_cgroup_that_is_too_small_reclaims(self):
        """The pages are exactly those that the kernel says it stole; more than the file has, for what was read
        ahead is reclaimed unread."""
        with tempfile.NamedTemporaryFile(dir=".") as file, MemoryCgroup(LIMIT) as group, Exporter(ONLY) as exporter:
            file.write(os.urandom(FILE))
            file.flush()
            started = time.monotonic()
            before, after, least, most = bracket(exporter, vmstat, lambda: read_in(group, file.name))
            seconds = time.monotonic() - started
        reclaim, pages = delta(before, after, SECONDS, scope="memcg"), delta(before, after, PAGES)
        self.assertGreaterEqual(pages, (FILE - LIMIT) // PAGE)
        self.assertGreaterEqual(pages, least["pages"])
        self.assertLessEqual(pages, most["pages"])
        self.assertGreaterEqual(reclaim.count, 1)
        self.assertLess(reclaim.sum, seconds)
        self.assertGreater(reclaim.sum, pages * 20e-9, "a page takes twenty nanoseconds at the very least")
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="reclaim"), 0)

    def test_the_machines_own_reclaim_is_that_of_vmstat(self):
        """A stall counts where the reclaim begins, the histogram where it ends: one a CPU lies between."""
        with Exporter(ONLY) as exporter, tempfile.NamedTemporaryFile(dir=".") as file, MemoryCgroup(LIMIT) as group:
            file.write(os.urandom(FILE))
            file.flush()
            before, after, least, most = bracket(exporter, vmstat, lambda: read_in(group, file.name))
        stalls = delta(before, after, SECONDS, scope="global").count
        self.assertGreaterEqual(stalls, least["stalls"] - os.cpu_count())
        self.assertLessEqual(stalls, most["stalls"] + os.cpu_count())

    def test_a_crowds_reclaims_are_shown_or_told_to_be_lost(self):
        def read():
            group.enter()
            with open(file.name, "rb", buffering=0) as own:
                while own.read(1 << 16):
                    pass

        with tempfile.NamedTemporaryFile(dir=".") as file, MemoryCgroup(LIMIT) as group, Exporter(ONLY) as exporter:
            file.write(os.urandom(FILE))
            file.flush()
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            started = time.monotonic()
            before, after, least, most = bracket(exporter, vmstat, lambda: crowd(read, tasks=8))
            seconds = time.monotonic() - started
        reclaim, pages = delta(before, after, SECONDS, scope="memcg"), delta(before, after, PAGES)
        self.assertGreaterEqual(reclaim.count, 1)
        self.assertLess(reclaim.sum, 8 * seconds)
        self.assertLessEqual(pages, most["pages"])
        if untold(before, after, "reclaim", 0, 0) == 0:
            self.assertGreaterEqual(pages, least["pages"])


@by_each_way
class Proactive(unittest.TestCase):
    """What is written to memory.reclaim is no stall of a task that wants memory."""

    def test_reclaim_on_request_is_none_that_a_task_waits_for(self, way):
        with tempfile.NamedTemporaryFile(dir=".") as file, MemoryCgroup(2 * FILE) as group, attached(
                "reclaim", way) as exporter:
            if not os.path.exists(f"{group.path}/memory.reclaim"):
                self.skipTest("this kernel has no memory.reclaim")
            file.write(os.urandom(FILE))
            file.flush()
            read_in(group, file.name)
            before = exporter.scrape()
            for _ in range(8):
                group.write("memory.reclaim", FILE // 16)
            after = exporter.scrape()
        proactive = delta(before, after, "node_mm_proactive_reclaim_seconds")
        self.assertGreaterEqual(proactive.count, 8)
        self.assertGreater(proactive.sum, 0)
        self.assertGreaterEqual(delta(before, after, "node_mm_proactive_reclaimed_pages_total"), FILE // 2 // PAGE)
        self.assertEqual(delta(before, after, SECONDS, scope="memcg").count, 0)
        self.assertEqual(delta(before, after, PAGES, scope="memcg"), 0)


if __name__ == "__main__":
    unittest.main()
