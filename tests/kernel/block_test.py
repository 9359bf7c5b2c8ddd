# SPDX-License-Identifier: GPL-2.0-only
"""The collector block against /proc/diskstats, on a loop device of our own that nobody else uses.

Counts, bytes and errors are exact. Times are bounded by clocks in user space, and on the other side by
diskstats, which shows whole milliseconds and stops its clock a little after the collector's program.
"""

import mmap
import os
import time
import unittest

from blockdevice import LoopDevice
from exporter import Exporter, delta
from truth import undisturbed

ONLY = ["--collector.disable-defaults", "--collector.block"]
BLKDISCARD, BLKZEROOUT = 0x1277, 0x127F


class Block(unittest.TestCase):
    def setUp(self):
        self.device = self.enterContext(LoopDevice(4 << 20))
        self.exporter = self.enterContext(Exporter(ONLY))
        self.buffer = mmap.mmap(-1, 65536)

    def read(self, size, offset):
        return os.preadv(self.device.fd, [memoryview(self.buffer)[:size]], offset)

    def write(self, size, offset):
        return os.pwritev(self.device.fd, [memoryview(self.buffer)[:size]], offset)

    def grown(self, name, **labels):
        return delta(self.before, self.after, name, device=self.device.name, **labels)

    def lost(self, cause):
        return delta(self.before, self.after, "bpf_exporter_events_lost_total", collector="block", cause=cause)

    def check(self, load, wanted, got, **settled):
        """got() is `wanted` after load(), of which diskstats show at least the counts `settled`.

        self.before and self.after are then the scrapes around the load, and self.stats what diskstats grew by.
        """
        def measure():
            self.before, before = self.exporter.scrape(), self.device.diskstats()
            load()
            after = self.device.settled(**{k: v + before[k] for k, v in settled.items()})
            self.after = self.exporter.scrape()
            self.stats = {k: after[k] - before[k] for k in after}
            return got()

        self.assertEqual(undisturbed(measure, wanted), wanted)

    def test_requests_and_bytes_by_operation_are_those_of_diskstats(self):
        def load():
            for i in range(100):
                self.read(4096, i * 4096)
            for i in range(50):
                self.write(65536, i * 65536)
            for _ in range(7):
                os.fsync(self.device.fd)
            self.device.ioctl(BLKDISCARD, 0, 131072)
            self.device.ioctl(BLKZEROOUT, 0, 131072)

        def got():
            return {op: self.grown("node_block_io_size_bytes", op=op).count
                    for op in ("read", "write", "flush", "discard", "write_zeroes", "other")}

        # To diskstats a request for nothing but a flush is a write without sectors, and zeroing is a write.
        self.check(load, {"read": 100, "write": 50, "flush": 7, "discard": 1, "write_zeroes": 1, "other": 0},
                   got,
                   reads=100, writes=50 + 7 + 1, discards=1, flushes=7)
        size = {op: self.grown("node_block_io_size_bytes", op=op) for op in got()}
        self.assertEqual([self.stats[k] for k in ("reads", "writes", "discards", "flushes")], [100, 58, 1, 7])
        self.assertEqual(size["read"].sum, self.stats["read_sectors"] * 512)
        self.assertEqual(size["write"].sum + size["write_zeroes"].sum, self.stats["written_sectors"] * 512)
        self.assertEqual(size["discard"].sum, self.stats["discarded_sectors"] * 512)
        self.assertEqual(size["flush"].sum, 0)
        self.assertEqual(size["read"].buckets["4096"] - size["read"].buckets["2048"], 100)
        for op in size:
            self.assertEqual(self.grown("node_block_io_latency_seconds", op=op).count, size[op].count, op)

    def test_writes_that_ask_for_a_flush_count_once(self):
        fd = os.open(self.device.path, os.O_RDWR | os.O_DIRECT | os.O_DSYNC)
        self.addCleanup(os.close, fd)

        def load():
            for i in range(20):
                os.pwritev(fd, [self.buffer], i * 65536)

        def got():
            return {"writes": self.grown("node_block_io_size_bytes", op="write").count}

        self.check(load, {"writes": 20}, got, writes=20)
        self.assertEqual(self.grown("node_block_io_size_bytes", op="write").sum, self.stats["written_sectors"] * 512)

    def test_times_add_up_and_fit_the_clocks(self):
        parts = "latency", "queue", "device"

        def load():
            started = time.monotonic()
            for i in range(500):
                self.read(4096, i * 4096)
            self.elapsed = time.monotonic() - started

        def got():
            return {part: self.grown(f"node_block_io_{part}_seconds", op="read").count for part in parts}

        self.check(load, dict.fromkeys(parts, 500), got, reads=500)
        latency, queue, service = (self.grown(f"node_block_io_{part}_seconds", op="read").sum for part in parts)
        # The three are integers of nanoseconds; scrapes show them as decimal fractions.
        self.assertAlmostEqual(latency, queue + service, delta=1e-7)
        # One request at a time: their latencies fit into the time of the loop.
        self.assertLess(latency, self.elapsed)
        self.assertLessEqual(latency, (self.stats["read_ms"] + 1) / 1000)
        # Diskstats end a request later, after it woke the reader: usually by microseconds, by more where an
        # interrupt comes between. Half is far below what was ever seen.
        self.assertGreaterEqual(latency, self.stats["read_ms"] / 1000 / 2)

    def test_errors_and_requests_in_parts_count_once(self):
        end = 1 << 20
        os.truncate(self.device.file.name, end)

        def load():
            for i in range(3):
                with self.assertRaises(OSError):
                    self.read(4096, end + i * 4096)
            with self.assertRaises(OSError):
                self.read(8192, end - 4096)  # half of it is read, the driver asks again, the rest fails

        def got():
            return {"errors": self.grown("node_block_io_errors_total"),
                    "read errors": self.grown("node_block_io_errors_total", op="read", status="ioerr"),
                    "requeues": self.grown("node_block_io_requeues_total"),
                    "requests": self.grown("node_block_io_size_bytes", op="read").count}

        self.check(load, {"errors": 4, "read errors": 4, "requeues": 1, "requests": 4}, got, reads=4)
        self.assertEqual(self.grown("node_block_io_size_bytes", op="read").sum, 3 * 4096 + 8192)
        self.assertEqual(self.stats["read_sectors"] * 512, 3 * 4096 + 8192)

    def test_requests_that_are_not_accounted_have_the_devices_time_and_a_cause_of_their_own(self):
        def load():
            for i in range(100):
                self.read(4096, i * 4096)

        def got():
            times = {part: self.grown(f"node_block_io_{part}_seconds", op="read").count
                     for part in ("latency", "queue", "device")}
            return {**times, "size": self.grown("node_block_io_size_bytes", op="read").count,
                    "lost": self.lost("no_start"), "not accounted": self.lost("not_accounted")}

        self.addCleanup(self.device.keep_statistics, True)  # the setting outlives the device's file
        self.device.keep_statistics(False)
        # The last request is counted before its reader wakes up: nothing to wait for.
        self.check(load, {"latency": 0, "queue": 0, "device": 100, "size": 100, "lost": 0, "not accounted": 100}, got)

    def test_nothing_else_is_lost(self):
        def load():
            for i in range(100):
                self.read(4096, i * 4096)

        causes = "map_full", "no_start", "unreadable", "out_of_range", "not_accounted"
        self.check(load, dict.fromkeys(causes, 0), lambda: {cause: self.lost(cause) for cause in causes}, reads=100)


if __name__ == "__main__":
    unittest.main()
