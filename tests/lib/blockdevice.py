# SPDX-License-Identifier: GPL-2.0-only
"""Block devices for tests that nobody else uses, opened past the page cache:

    with LoopDevice(4 << 20) as device:
        os.preadv(device.fd, [buffer], 0)
        device.diskstats()["reads"]
"""

import fcntl
import os
import struct
import subprocess
import tempfile
import unittest

from workload import until

DISKSTATS = ("reads", "reads_merged", "read_sectors", "read_ms", "writes", "writes_merged", "written_sectors",
             "write_ms", "in_flight", "io_ms", "weighted_ms", "discards", "discards_merged", "discarded_sectors",
             "discard_ms", "flushes", "flush_ms")
NULL_BLK = "/sys/module/null_blk"


class Device:
    """Attributes: path, name ("loop0"), fd."""

    def open(self, path):
        self.path, self.name = path, os.path.basename(path)
        self.fd = os.open(path, os.O_RDWR | os.O_DIRECT)

    def diskstats(self):
        with open("/proc/diskstats") as f:
            for line in f:
                words = line.split()
                if words[2] == self.name:
                    return dict(zip(DISKSTATS, map(int, words[3:])))
        raise KeyError(self.name)

    def settled(self, **wanted):
        """Diskstats once they show these counts: they follow the wake-up of who waited for the request."""
        def look():
            stats = self.diskstats()
            return stats if all(stats[k] >= v for k, v in wanted.items()) else None
        return until(look, what=f"diskstats show {wanted}")

    def keep_statistics(self, on):
        with open(f"/sys/block/{self.name}/queue/iostats", "w") as f:
            f.write("1" if on else "0")

    def ioctl(self, request, offset, length):
        fcntl.ioctl(self.fd, request, struct.pack("QQ", offset, length))


class LoopDevice(Device):
    """A loop device on a file of `size` bytes that are all written; both are gone after the block."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="block_test")
        self.file.write(b"x" * self.size)
        self.file.flush()
        self.open(subprocess.check_output(
            ["losetup", "--find", "--show", "--direct-io=on", self.file.name], text=True).strip())
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        subprocess.run(["losetup", "--detach", self.path], check=True)
        self.file.close()


class SlowDevice(Device):
    """A device without data, null_blk, that takes at least `seconds` for each request. Skips the test where the
    kernel has no such module, or it is in use already."""

    def __init__(self, seconds):
        self.parameters = {"irqmode": 2, "completion_nsec": round(seconds * 1e9), "queue_mode": 2, "nr_devices": 1}

    def __enter__(self):
        if os.path.exists(NULL_BLK):
            raise unittest.SkipTest("null_blk is loaded already")
        done = subprocess.run(["modprobe", "null_blk", *(f"{k}={v}" for k, v in self.parameters.items())],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise unittest.SkipTest(f"no null_blk: {done.stderr.strip()}")
        until(lambda: os.path.exists("/dev/nullb0"), what="the device is there")
        self.open("/dev/nullb0")
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        subprocess.run(["modprobe", "--remove", "null_blk"], check=True)
