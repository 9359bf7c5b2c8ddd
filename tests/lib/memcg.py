# SPDX-License-Identifier: GPL-2.0-only
"""A memory cgroup of a test's own, of either version."""

import os
import tempfile
import unittest

V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"


class MemoryCgroup:
    """A cgroup with a limit in bytes, of swap too; gone after the block, which must not leave tasks in it."""

    def __init__(self, limit, swap=0):
        self.v1 = os.path.exists(f"{V1}/memory.limit_in_bytes")
        self.limit, self.swap = limit, swap

    def __enter__(self):
        if not self.v1 and "memory" not in controllers():
            raise unittest.SkipTest("the memory controller is off here")
        self.path = tempfile.mkdtemp(prefix="bpf_exporter_test.", dir=V1 if self.v1 else V2)
        self.write("memory.limit_in_bytes" if self.v1 else "memory.max", self.limit)
        if os.path.exists(f"{self.path}/memory.swap.max"):
            self.write("memory.swap.max", self.swap)
        return self

    def __exit__(self, *_):
        os.rmdir(self.path)

    def enter(self):
        """Move the calling process in."""
        self.write("cgroup.procs", os.getpid())

    def kills(self):
        """Processes of the cgroup that the OOM killer killed."""
        return int(self.read("memory.oom_control" if self.v1 else "memory.events")["oom_kill"])

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w") as f:
            f.write(str(value))

    def read(self, name):
        with open(f"{self.path}/{name}") as f:
            return dict(line.split() for line in f)


def controllers():
    try:
        with open(f"{V2}/cgroup.subtree_control") as f:
            return f.read().split()
    except OSError:
        return []
