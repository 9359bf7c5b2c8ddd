# SPDX-License-Identifier: GPL-2.0-only
"""The collector block, which takes the kernel's stamps at a request's completion, against the classic way with stamps
of its own at insertion and issue (tests/kernel/objects/blockclassic.bpf.c), and against a device of a known
latency.

Each request counts in both. Their times begin and end some instructions apart, 3 to 6 us a request on a machine of
today: the kernel stamps before or after the classic way does. 0.1 ms is granted to each request; where an
interruption came just between, the load runs again.
"""

import mmap
import os
import time
import unittest

from blockdevice import LoopDevice, SlowDevice
from dropins import dropins
from exporter import Exporter, delta
from truth import undisturbed
from workload import PATIENCE

ONLY = ["--collector.disable-defaults", "--collector.block", "--collector.blockclassic"]
OPS = {"read": 0, "write": 1}
PARTS = "latency", "device"
APART = 0.0001 * PATIENCE  # seconds
TOGETHER = 0.00002 * PATIENCE  # where both look at the issue itself
BATCH, PART = 64, 16384  # requests, bytes of each; together one bio, so that none is parted in two
SECONDS, REQUESTS = 0.02, 20  # of and to a slow device
# A bound of the buckets below and above that.
BELOW, ABOVE = "0.015625", "0.03125"


class BlockWays(unittest.TestCase):
    def setUp(self):
        directory = self.enterContext(dropins("blockclassic"))
        self.exporter = self.enterContext(Exporter([*ONLY, f"--collector.directory={directory}"]))
        self.buffer = mmap.mmap(-1, 4096)

    def timed(self, device, number):
        """The clock's time for each of so many reads and writes, in turn."""
        seconds = {op: [] for op in OPS}
        for i in range(number):
            for op, call in ("read", os.preadv), ("write", os.pwritev):
                started = time.monotonic()
                call(device.fd, [self.buffer], i * 4096)
                seconds[op].append(time.monotonic() - started)
        return seconds

    def timed_batch(self, device, number):
        """The same for one read and one write that the kernel parts into so many requests under one plug."""
        whole = mmap.mmap(-1, number * PART)
        seconds = {}
        for op, call in ("read", os.preadv), ("write", os.pwritev):
            started = time.monotonic()
            call(device.fd, [whole], 0)
            seconds[op] = [time.monotonic() - started] * number
        return seconds

    def check_ways(self, device, number, load=None, parts=PARTS, apart=APART):
        """After so many reads and writes both ways have counted them all, and agree: what one probe saw."""
        def measure():
            before = self.exporter.scrape()
            self.seconds = (load or self.timed)(device, number)
            after = self.exporter.scrape()
            for op, code in OPS.items():
                for part in parts:
                    found[part, op] = (
                        delta(before, after, f"node_block_io_{part}_seconds", device=device.name, op=op),
                        delta(before, after, f"node_blockclassic_{part}_seconds", device=device.name, op=str(code)))
            return {key: (probe.count, classic.count, abs(probe.sum - classic.sum) <= number * apart)
                    for key, (probe, classic) in found.items()}

        found = {}
        wanted = {(part, op): (number, number, True) for part in parts for op in OPS}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        for (part, op), (probe, classic) in found.items():
            with self.subTest(part=part, op=op):
                self.assertLess(max(probe.sum, classic.sum), sum(self.seconds[op]))
                self.assertGreater(min(probe.sum, classic.sum), 0)
        return {key: probe for key, (probe, classic) in found.items()}

    def test_one_probe_and_the_classic_way_agree_on_a_loop_device(self):
        self.check_ways(self.enterContext(LoopDevice(4 << 20)), 50)

    def test_both_agree_on_a_device_of_known_latency_which_falls_into_its_bucket(self):
        for (part, op), probe in self.check_ways(self.enterContext(SlowDevice(SECONDS)), REQUESTS).items():
            with self.subTest(part=part, op=op):
                self.assertGreaterEqual(probe.sum, REQUESTS * SECONDS)
                self.assertEqual(probe.buckets[BELOW], 0)
                # No request took longer than its caller waited.
                self.assertGreaterEqual(probe.buckets[ABOVE], sum(s <= float(ABOVE) for s in self.seconds[op]))

    def test_a_request_of_a_batch_is_with_the_device_from_its_own_issue_on(self):
        """Since 6.9 the kernel keeps one reading of its clock for the whole batch."""
        device = self.enterContext(SlowDevice(SECONDS, hw_queue_depth=BATCH, submit_queues=1))
        device.set("queue/max_sectors_kb", PART >> 10)
        found = self.check_ways(device, BATCH, self.timed_batch, ("device",), TOGETHER)
        for (_, op), probe in found.items():
            self.assertGreaterEqual(probe.sum, BATCH * SECONDS, op)


if __name__ == "__main__":
    unittest.main()
