# SPDX-License-Identifier: GPL-2.0-only
"""The collector bio on devices that stand on others, against /proc/diskstats and what their callers waited for: the
device mapper's (linear, delay, error) and zram.
"""

import errno
import mmap
import os
import time
import unittest

from blockdevice import LoopDevice, Mapped, Zram
from exporter import Exporter, delta

ONLY = ["--collector.disable-defaults", "--collector.bio", "--collector.block"]
LATENCY, ERRORS, REQUESTS = "node_block_bio_latency_seconds", "node_block_bio_errors_total", "node_block_io_size_bytes"
SECTOR, SIZE = 512, 4 << 20
HALF = SIZE // 2 // SECTOR
DELAY = 0.05  # seconds
READS, WRITES = 20, 15


def devices(scrape, name):
    return {s.labels["device"] for s in scrape.series(name)}


class Bio(unittest.TestCase):
    def setUp(self):
        self.exporter = self.enterContext(Exporter(ONLY))
        self.buffer = mmap.mmap(-1, 4096)

    def loop(self):
        return self.enterContext(LoopDevice(SIZE))

    def load(self, device):
        """What the exporter and the kernel counted of reads and writes, and what these took."""
        before, start, began = self.exporter.scrape(), device.diskstats(), time.monotonic()
        for i in range(READS):
            os.preadv(device.fd, [self.buffer], i * 4096)
        for i in range(WRITES):
            os.pwritev(device.fd, [self.buffer], i * 4096)
        took = time.monotonic() - began
        end = device.settled(reads=start["reads"] + READS, writes=start["writes"] + WRITES)
        after = self.exporter.scrape()
        shown = {op: delta(before, after, LATENCY, device=device.name, op=op) for op in ("read", "write")}
        self.assertEqual({op: h.count for op, h in shown.items()},
                         {"read": end["reads"] - start["reads"], "write": end["writes"] - start["writes"]})
        self.assertLess(sum(h.sum for h in shown.values()), took)
        return before, after, shown

    def test_a_linear_mapping_counts_as_diskstats_do_and_its_disk_counts_by_itself(self):
        loop = self.loop()
        device = self.enterContext(Mapped(f"0 {2 * HALF} linear {loop.path} 0"))
        before, after, _ = self.load(device)
        for op, number in ("read", READS), ("write", WRITES):
            self.assertEqual(delta(before, after, REQUESTS, device=loop.name, op=op).count, number)
        self.assertNotIn(loop.name, devices(after, f"{LATENCY}_count"))
        self.assertNotIn(device.name, devices(after, f"{REQUESTS}_count"))

    def test_a_delay_is_in_the_latency(self):
        loop = self.loop()
        device = self.enterContext(Mapped(f"0 {2 * HALF} delay {loop.path} 0 {round(DELAY * 1000)}",
                                          modules=("dm_mod", "dm_delay")))
        _, _, shown = self.load(device)
        self.assertGreaterEqual(shown["read"].sum, READS * DELAY)
        self.assertGreaterEqual(shown["write"].sum, WRITES * DELAY)

    def test_zram(self):
        self.load(self.enterContext(Zram(SIZE)))

    def test_what_a_device_parts_counts_once(self):
        loop = self.loop()
        device = self.enterContext(Mapped(f"0 {HALF} linear {loop.path} {HALF}", f"{HALF} {HALF} linear {loop.path} 0"))
        before = self.exporter.scrape()
        os.preadv(device.fd, [mmap.mmap(-1, 8192)], HALF * SECTOR - 4096)
        after = self.exporter.scrape()
        self.assertEqual(delta(before, after, LATENCY, device=device.name, op="read").count, 1)
        self.assertEqual(delta(before, after, REQUESTS, device=loop.name, op="read").count, 2)

    def test_a_flush_is_no_write(self):
        device = self.enterContext(Mapped(f"0 {2 * HALF} linear {self.loop().path} 0"))
        before = self.exporter.scrape()
        os.fsync(device.fd)
        after = self.exporter.scrape()
        self.assertEqual(delta(before, after, LATENCY, device=device.name, op="flush").count, 1)
        self.assertEqual(delta(before, after, LATENCY, device=device.name, op="write").count, 0)

    def test_errors_count_once_for_each_io(self):
        device = self.enterContext(Mapped(f"0 {HALF} linear {self.loop().path} 0", f"{HALF} {HALF} error"))
        before = self.exporter.scrape()
        for offset, size in (SIZE // 2, 4096), (SIZE - 4096, 4096), (SIZE // 2 - 4096, 8192):
            for call in os.preadv, os.pwritev:
                with self.assertRaises(OSError) as raised:
                    if call(device.fd, [mmap.mmap(-1, size)], offset) < size:  # what came before the error
                        raise OSError(errno.EIO, "short")
                self.assertEqual(raised.exception.errno, errno.EIO)
        after = self.exporter.scrape()
        for op in "read", "write":
            self.assertEqual(delta(before, after, ERRORS, device=device.name, op=op, status="ioerr"), 3)
        self.assertEqual(after.sum(ERRORS, device=device.name), 6)


if __name__ == "__main__":
    unittest.main()
