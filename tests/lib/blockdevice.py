# SPDX-License-Identifier: GPL-2.0-only
"""Block devices for tests that nobody else uses, opened past the page cache:

    with LoopDevice(4 << 20) as device:
        os.preadv(device.fd, [buffer], 0)
        device.diskstats()["reads"]
"""

import fcntl
import glob
import os
import struct
import subprocess
import tempfile
import unittest

from workload import until

DISKSTATS = ("reads", "reads_merged", "read_sectors", "read_ms", "writes", "writes_merged", "written_sectors",
             "write_ms", "in_flight", "io_ms", "weighted_ms", "discards", "discards_merged", "discarded_sectors",
             "discard_ms", "flushes", "flush_ms")


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

    def set(self, file, value):
        with open(f"/sys/block/{self.name}/{file}", "w") as f:
            f.write(str(value))

    def keep_statistics(self, on):
        self.set("queue/iostats", int(on))

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


def load_module(name, **parameters):
    """Skips the test where the kernel has no such module, or it is in use already."""
    if os.path.exists(f"/sys/module/{name}"):
        raise unittest.SkipTest(f"{name} is loaded already")
    done = subprocess.run(["modprobe", name, *(f"{k}={v}" for k, v in parameters.items())],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise unittest.SkipTest(f"no {name}: {done.stderr.strip()}")


def remove_module(name):
    """Udev or the kernel may have its devices open for a moment."""
    until(lambda: not subprocess.run(["modprobe", "--remove", name], stderr=subprocess.DEVNULL, check=False).returncode,
          what=f"{name} can be removed")


class SlowDevice(Device):
    """A device without data, null_blk, that takes at least `seconds` for each request."""

    def __init__(self, seconds, **more):
        self.parameters = {"irqmode": 2, "completion_nsec": round(seconds * 1e9), "queue_mode": 2, "nr_devices": 1,
                           **more}

    def __enter__(self):
        load_module("null_blk", **self.parameters)
        until(lambda: os.path.exists("/dev/nullb0"), what="the device is there")
        self.open("/dev/nullb0")
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        remove_module("null_blk")


class NullDevices:
    """Devices without data that come and go under their names, by null_blk's configfs:

        with NullDevices() as devices:
            alpha = devices.add("alpha", zoned=1)
            devices.remove(alpha)
    """

    FOLDER = "/sys/kernel/config/nullb"
    SETTINGS = {"memory_backed": 0, "size": 64, "queue_mode": 2, "irqmode": 0}

    def __enter__(self):
        load_module("null_blk", nr_devices=0)
        if not os.path.isdir(self.FOLDER):
            subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
        self.there = []
        return self

    def add(self, name, **settings):
        os.mkdir(f"{self.FOLDER}/{name}")
        for key, value in {**self.SETTINGS, **settings, "power": 1}.items():
            with open(f"{self.FOLDER}/{name}/{key}", "w") as f:
                f.write(str(value))
        until(lambda: os.path.exists(f"/dev/{name}"), what=f"{name} is there")
        device = Device()
        device.open(f"/dev/{name}")
        self.there.append(device)
        return device

    def remove(self, device):
        self.there.remove(device)
        os.close(device.fd)
        with open(f"{self.FOLDER}/{device.name}/power", "w") as f:
            f.write("0")
        os.rmdir(f"{self.FOLDER}/{device.name}")
        until(lambda: not os.path.exists(f"/sys/block/{device.name}"), what=f"{device.name} is gone")

    def __exit__(self, *_):
        for device in list(self.there):
            self.remove(device)
        remove_module("null_blk")


class ScsiDisk(Device):
    """A disk in memory, scsi_debug, with that module's parameters."""

    def __init__(self, **parameters):
        self.parameters = parameters

    def __enter__(self):
        load_module("scsi_debug", **self.parameters)
        subprocess.run(["modprobe", "sd_mod"], check=True)
        disks = "/sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*"
        until(lambda: glob.glob(disks), what="the disk is there")
        name = os.path.basename(glob.glob(disks)[0])
        until(lambda: os.path.exists(f"/dev/{name}"), what=f"/dev/{name} is there")
        self.open(f"/dev/{name}")
        return self

    def driver(self, name, value):
        """A parameter of the driver, while it runs."""
        with open(f"/sys/bus/pseudo/drivers/scsi_debug/{name}", "w") as f:
            f.write(str(value))

    def __exit__(self, *_):
        os.close(self.fd)
        remove_module("scsi_debug")


class Mapped(Device):
    """A device of the device mapper with such a table; skips the test where the kernel has none of a target."""

    def __init__(self, *table, modules=("dm_mod",)):
        self.table, self.modules = table, modules

    def __enter__(self):
        for module in self.modules:
            subprocess.run(["modprobe", module], stderr=subprocess.DEVNULL, check=False)
        self.mapping = f"block_test_{id(self):x}"
        try:
            self.run("create", self.mapping, "--table", "\n".join(self.table))
        except FileNotFoundError:
            raise unittest.SkipTest("no dmsetup") from None
        except subprocess.CalledProcessError as e:
            raise unittest.SkipTest(f"no such mapping: {e.stderr.strip()}") from None
        minor = self.run("info", "-c", "--noheadings", "-o", "minor", self.mapping).strip()
        until(lambda: os.path.exists(f"/dev/dm-{minor}"), what="the device is there")
        self.open(f"/dev/dm-{minor}")
        return self

    def run(self, *arguments):
        return subprocess.run(["dmsetup", *arguments], capture_output=True, text=True, check=True,
                              env={**os.environ, "DM_DISABLE_UDEV": "1"}).stdout

    def __exit__(self, *_):
        os.close(self.fd)
        self.run("remove", "--retry", self.mapping)


class Zram(Device):
    """A disk in compressed memory, of its own where others are there."""

    CONTROL = "/sys/class/zram-control"

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        subprocess.run(["modprobe", "zram"], stderr=subprocess.DEVNULL, check=False)
        if not os.path.isdir(self.CONTROL):
            raise unittest.SkipTest("no zram")
        with open(f"{self.CONTROL}/hot_add") as f:
            self.number = f.read().strip()
        self.name = f"zram{self.number}"
        try:
            self.set("disksize", self.size)
        except OSError as e:
            self.remove()
            raise unittest.SkipTest(f"zram has no compressor: {e}") from None
        until(lambda: os.path.exists(f"/dev/{self.name}"), what="the device is there")
        self.open(f"/dev/{self.name}")
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        self.set("reset", 1)
        self.remove()

    def remove(self):
        with open(f"{self.CONTROL}/hot_remove", "w") as f:
            f.write(self.number)
