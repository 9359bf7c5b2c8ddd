# SPDX-License-Identifier: GPL-2.0-only
"""The collector block on devices that come and go, are many, swallow commands, or have zones: null_blk and scsi_debug,
whose latencies are known. /proc/diskstats is the other source.
"""

import mmap
import os
import shutil
import subprocess
import tempfile
import unittest

from blockdevice import NullDevices, ScsiDisk
from exporter import Exporter, delta

ONLY = ["--collector.disable-defaults", "--collector.block"]
SIZE, DEVICE, QUEUE, LATENCY = (f"node_block_io_{part}" for part in (
    "size_bytes", "device_seconds", "queue_seconds", "latency_seconds"))


def buffer(size=4096):
    return mmap.mmap(-1, size)


def devices_of(scrape):
    return {s.labels["device"] for s in scrape.series(f"{SIZE}_count")}


def reads_of(scrape):
    return {s.labels["device"]: s.value for s in scrape.series(f"{SIZE}_count", op="read")}


class Changing(unittest.TestCase):
    def setUp(self):
        self.devices = self.enterContext(NullDevices())
        self.exporter = self.enterContext(Exporter(ONLY))

    def read(self, device, times):
        for i in range(times):
            os.preadv(device.fd, [buffer()], i * 4096)

    def number(self, device):
        return os.stat(device.path).st_rdev

    def test_a_number_that_is_given_out_again_is_a_new_series(self):
        alpha = self.devices.add("alpha")
        number = self.number(alpha)
        self.read(alpha, 5)
        self.assertEqual(reads_of(self.exporter.scrape())["alpha"], alpha.diskstats()["reads"])
        self.devices.remove(alpha)
        beta = self.devices.add("beta")
        self.assertEqual(self.number(beta), number)
        self.read(beta, 7)
        scrape = self.exporter.scrape()
        self.assertEqual(reads_of(scrape)["beta"], beta.diskstats()["reads"])

    def test_what_is_gone_is_shown_once_more_and_leaves_the_map(self):
        before = self.exporter.scrape().value("bpf_exporter_map_entries", collector="block", map="requests")
        alpha = self.devices.add("alpha")
        self.read(alpha, 5)
        self.exporter.scrape()
        self.read(alpha, 2)
        reads = alpha.diskstats()["reads"]
        self.devices.remove(alpha)
        self.assertEqual(reads_of(self.exporter.scrape())["alpha"], reads)
        after = self.exporter.scrape()
        self.assertNotIn("alpha", devices_of(after))
        # The reserve for what finds no place stays: one entry an operation.
        entries = after.value("bpf_exporter_map_entries", collector="block", map="requests")
        self.assertLessEqual(entries, before + 1)

    def test_a_name_that_comes_back_goes_on_while_it_is_shown(self):
        alpha = self.devices.add("alpha")
        self.read(alpha, 5)
        first = reads_of(self.exporter.scrape())["alpha"]
        self.devices.remove(alpha)
        alpha = self.devices.add("alpha")
        self.read(alpha, 3)
        self.assertEqual(reads_of(self.exporter.scrape())["alpha"], first + alpha.diskstats()["reads"])

    def test_many_disks_have_room_and_a_parameter_gives_more(self):
        room = self.room(self.exporter)
        self.assertGreaterEqual(room, 64 + 4 * len(os.listdir("/sys/block")))
        exporter = self.enterContext(Exporter([*ONLY, "--collector.block.disks=70"]))
        self.assertEqual(self.room(exporter), 64 + 4 * 70)
        for i in range(70):
            self.read(self.devices.add(f"many{i}"), 3)
        scrape = exporter.scrape()
        for device in self.devices.there:
            self.assertEqual(reads_of(scrape).get(device.name), device.diskstats()["reads"], device.name)
        self.assertNotIn("other", devices_of(scrape))

    def test_disks_that_find_no_place_count_as_other(self):
        room = self.room(self.exporter)
        before = self.exporter.scrape()
        while len(self.devices.there) < room // 2 + 5:  # each has two operations
            device = self.devices.add(f"many{len(self.devices.there)}")
            self.read(device, 3)
            os.pwritev(device.fd, [buffer()], 0)
        after = self.exporter.scrape()
        for op, stat in ("read", "reads"), ("write", "writes"):
            counted = sum(s.value for s in after.series(f"{SIZE}_count", op=op)
                          if s.labels["device"].startswith(("many", "other")))
            self.assertEqual(counted, sum(device.diskstats()[stat] for device in self.devices.there))
        self.assertGreaterEqual(after.value(f"{SIZE}_count", device="other", op="read"), 3)
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="block", cause="map_full"), 0)

    def room(self, exporter):
        return exporter.scrape().value("bpf_exporter_map_max_entries", collector="block", map="requests")


class Swallowing(unittest.TestCase):
    """A disk that does not answer one command in five: the kernel waits for its time-out, then sends it again."""

    def test_the_time_out_is_the_devices_time(self):
        disk = self.enterContext(ScsiDisk(dev_size_mb=8, delay=0))
        exporter = self.enterContext(Exporter(ONLY))
        disk.set("device/timeout", 2)
        before = exporter.scrape()
        disk.driver("every_nth", 5)
        disk.driver("opts", 0x4)  # ignore it
        try:
            for i in range(9):
                os.preadv(disk.fd, [buffer()], i * 4096)
        finally:
            disk.driver("every_nth", 0)
            disk.driver("opts", 0)
        after = exporter.scrape()
        latency, queue, device = (delta(before, after, name, device=disk.name, op="read")
                                  for name in (LATENCY, QUEUE, DEVICE))
        swallowed = delta(before, after, "node_block_io_requeues_total", device=disk.name)
        self.assertGreaterEqual(swallowed, 1)
        self.assertEqual(device.count, 9)
        self.assertGreaterEqual(device.sum, 2 * swallowed)
        self.assertGreaterEqual(device.sum, latency.sum * 0.9)
        self.assertLess(queue.sum, latency.sum * 0.1)
        self.assertEqual(device.count - device.buckets["1.0" if "1.0" in device.buckets else "1"], swallowed)


class Zones(unittest.TestCase):
    def test_appends_to_zones_count_by_themselves_beside_writes(self):
        if not shutil.which("mkfs.btrfs"):
            self.skipTest("no mkfs.btrfs")
        devices = self.enterContext(NullDevices())
        try:
            device = devices.add("zoned", zoned=1, zone_size=4, size=512, memory_backed=1)
        except OSError as e:
            self.skipTest(f"no zoned null_blk: {e}")
        made = subprocess.run(["mkfs.btrfs", "-q", "-O", "zoned", "-d", "single", "-m", "single", device.path],
                              capture_output=True, text=True, check=False)
        if made.returncode:
            self.skipTest(f"no btrfs on zones: {made.stderr.strip()}")
        at = self.enterContext(tempfile.TemporaryDirectory())
        exporter = self.enterContext(Exporter(ONLY))
        before, start = exporter.scrape(), device.diskstats()
        subprocess.run(["mount", "-t", "btrfs", device.path, at], check=True)
        try:
            with open(f"{at}/file", "wb") as f:
                f.write(b"x" * (1 << 20))
                os.fsync(f.fileno())
        finally:
            subprocess.run(["umount", at], check=True)
        after, end = exporter.scrape(), device.diskstats()
        count = {op: delta(before, after, f"{SIZE}_count", device=device.name, op=op)
                 for op in ("write", "zone_append", "other")}
        self.assertGreater(count["zone_append"], 0)
        grown = {k: end[k] - start[k] for k in end}
        self.assertEqual(count["write"] + count["zone_append"], grown["writes"] - grown["flushes"])


if __name__ == "__main__":
    unittest.main()
