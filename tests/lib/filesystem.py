# SPDX-License-Identifier: GPL-2.0-only
"""File systems of a test's own, in files behind loop devices or in memory. The files are in memory, too, so that
what the loop devices do with them is not seen on a disk's file system:

    with mounted("xfs") as directory:
        ...
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import unittest

from workload import until

MAKE = {"ext4": ["mkfs.ext4", "-q"], "xfs": ["mkfs.xfs", "-q"], "btrfs": ["mkfs.btrfs", "-q"]}
BYTES = 320 << 20  # what mkfs.xfs wants at the least


@contextlib.contextmanager
def mounted(fstype, *options, source="none"):
    """A new file system: yields its directory. Skips the test where there is no such."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        directory = f"{folder}/mnt"
        os.mkdir(directory)
        if fstype in MAKE:
            source = image(fstype, f"{folder}/image")
            options = ("loop", *options)
        mount = ["mount", "-i", "-t", fstype, *(f"-o{option}" for option in options), source, directory]
        done = subprocess.run(mount, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise unittest.SkipTest(f"{fstype}: {done.stderr.strip()}")
        try:
            yield directory
        finally:
            subprocess.run(["umount", directory], check=True)


def image(fstype, path):
    if not shutil.which(MAKE[fstype][0]):
        raise unittest.SkipTest(f"needs {MAKE[fstype][0]}")
    with open(path, "wb") as f:
        f.truncate(BYTES)
    subprocess.run([*MAKE[fstype], path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return path


@contextlib.contextmanager
def overlay(lower):
    """An overlay with its three directories on another file system: yields where it is mounted."""
    for name in "lower", "upper", "work":
        os.makedirs(f"{lower}/{name}", exist_ok=True)
    options = ",".join(f"{name}dir={lower}/{name}" for name in ("lower", "upper", "work"))
    with mounted("overlay", options) as directory:
        yield directory


@contextlib.contextmanager
def fuse():
    """ext4 by a program in user space, whose log has each request: yields its directory and the log's path."""
    if not shutil.which("fuse2fs"):
        raise unittest.SkipTest("needs fuse2fs")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        directory, log = f"{folder}/mnt", f"{folder}/log"
        os.mkdir(directory)
        with open(log, "w") as f, subprocess.Popen(
                ["fuse2fs", "-d", image("ext4", f"{folder}/image"), directory], stdin=subprocess.DEVNULL,
                stdout=f, stderr=f) as daemon:
            try:
                until(lambda: os.path.ismount(directory) or daemon.poll() is not None, what="fuse2fs has mounted")
                if daemon.returncode is not None:
                    with open(log) as f:
                        raise unittest.SkipTest(f"fuse2fs: {f.read().strip()}")
                yield directory, log
            finally:
                daemon.terminate()  # it unmounts
