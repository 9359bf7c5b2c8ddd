# SPDX-License-Identifier: GPL-2.0-only
"""The collector pagecache against a known number of pages, read cold and warm, and what mincore(2) finds in the cache.

Others on the machine use the cache meanwhile: what only tracepoints count is held to a bound above."""

import ctypes
import mmap
import os
import tempfile
import unittest

from exporter import Exporter, delta
from truth import undisturbed
from workload import until

ONLY = ["--collector.disable-defaults", "--collector.pagecache"]
METRIC, ACCESSES = "node_pagecache_operations_total", "node_pagecache_accesses_total"
PAGE = mmap.PAGESIZE
PAGES = 1000
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


class Pages:
    """A file on disk whose pages come into the cache one by one."""

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(dir=".")
        self.fd = self.file.fileno()
        os.write(self.fd, bytes(PAGES * PAGE))
        os.posix_fadvise(self.fd, 0, 0, os.POSIX_FADV_RANDOM)
        self.drop()
        return self

    def __exit__(self, *_):
        self.file.close()

    def drop(self):
        """Pages that another CPU or write-back holds for a moment stay: try again."""
        def dropped():
            os.fsync(self.fd)
            os.posix_fadvise(self.fd, 0, 0, os.POSIX_FADV_DONTNEED)
            return self.cached() < PAGES / 10

        until(dropped, 30, "the file's pages leave the cache")

    def read(self):
        for i in range(PAGES):
            os.pread(self.fd, PAGE, i * PAGE)

    def write(self):
        for i in range(PAGES):
            os.pwrite(self.fd, b"x", i * PAGE)

    def cached(self):
        """Pages that are in the cache, as mincore(2) says."""
        found = ctypes.create_string_buffer(PAGES)
        at = libc.mmap(None, PAGES * PAGE, mmap.PROT_READ, mmap.MAP_SHARED, self.fd, 0)
        if libc.mincore(at, PAGES * PAGE, found):
            raise OSError(ctypes.get_errno(), "mincore")
        libc.munmap(at, PAGES * PAGE)
        return sum(byte & 1 for byte in found.raw)


class Pagecache(unittest.TestCase):
    def grown(self, exporter, load, names):
        before = exporter.scrape()
        load()
        after = exporter.scrape()
        ways = {"access": (ACCESSES, {})}
        found = {}
        for name in names:
            metric, labels = ways.get(name, (METRIC, {"op": name}))
            found[name] = delta(before, after, metric, **labels)
        return found

    def expect_at_least(self, name, load):
        """So many in each attempt, and not many more in one that nobody disturbs."""
        with Exporter(ONLY) as exporter:
            def close():
                count = self.grown(exporter, load, [name])[name]
                self.assertGreaterEqual(count, PAGES)
                return count < 2 * PAGES

            until(close, 120, f"fewer than {2 * PAGES} pages of which {PAGES} are ours")

    def test_pages_that_are_read_in_are_added(self):
        with Pages() as pages:
            def load():
                pages.drop()
                pages.read()
                self.assertEqual(pages.cached(), PAGES)

            self.expect_at_least("add", load)

    def test_pages_that_are_written_to_become_dirty_once(self):
        with Pages() as pages:
            def load():
                os.fsync(pages.fd)
                pages.write()
                pages.write()

            self.expect_at_least("dirty", load)

    def test_reads_hit_what_is_cached_and_nothing_else(self):
        """Cold, every page is missed; warm, none is."""
        with Exporter([*ONLY, "--collector.pagecache.accesses=1"]) as exporter, Pages() as pages:
            if not exporter.scrape().series(ACCESSES):
                self.skipTest("neither fentry nor kprobes can be had here")

            def measure():
                pages.drop()
                missing = PAGES - pages.cached()
                cold = self.grown(exporter, pages.read, ["add", "access"])
                warm = self.grown(exporter, pages.read, ["add", "access"])
                return {"missing": missing, "cold": cold, "warm": warm}

            wanted = {"missing": PAGES, "cold": {"add": PAGES, "access": PAGES}, "warm": {"add": 0, "access": PAGES}}
            self.assertEqual(undisturbed(measure, wanted), wanted)

    def test_anonymous_memory_is_no_page_cache(self):
        """Who reads it for others marks it as accessed, too, as does each of these reads."""
        def load():
            for i in range(PAGES):
                os.pread(fd, 1, address + i * PAGE)

        memory = mmap.mmap(-1, PAGES * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory[:] = bytes(len(memory))
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        fd = os.open("/proc/self/mem", os.O_RDONLY)
        self.addCleanup(os.close, fd)
        with Exporter([*ONLY, "--collector.pagecache.accesses=1"]) as exporter:
            if not exporter.scrape().series(ACCESSES):
                self.skipTest("neither fentry nor kprobes can be had here")
            accesses = [self.grown(exporter, load, ["access"])["access"] for _ in range(5)]
        self.assertLess(min(accesses), PAGES / 2)

    def test_accesses_are_absent_without_being_asked_for(self):
        with Exporter(ONLY) as exporter:
            self.assertFalse(exporter.scrape().series(ACCESSES))


if __name__ == "__main__":
    unittest.main()
