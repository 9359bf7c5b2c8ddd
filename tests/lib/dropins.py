# SPDX-License-Identifier: GPL-2.0-only
"""Drop-in collectors for a test, and maps filled from outside:

    with dropins("series") as directory:
        with Exporter(["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.series"]) as x:
            fill(x.pid, "many", "put", 10000)
"""

import contextlib
import os
import subprocess
import tempfile

from exporter import BINARY

BUILD = os.path.dirname(BINARY)


@contextlib.contextmanager
def dropins(*names):
    """A directory with these objects of tests/kernel/objects."""
    with tempfile.TemporaryDirectory(prefix="dropins.") as directory:
        for name in names:
            built = os.path.join(BUILD, "kernel", "objects", f"{name}.bpf.o")
            os.symlink(os.path.abspath(built), os.path.join(directory, f"{name}.bpf.o"))
        yield directory


def fill(pid, map_name, *arguments):
    """tests/tools/mapfill on a map of the process; raises where it fails."""
    subprocess.run(filler(pid, map_name, *arguments), check=True, stdout=subprocess.PIPE)


def read_batches(pid, map_name, times):
    """Nanoseconds of CPU time that the kernel's own batches take for all of the map, each time."""
    lines = subprocess.check_output(filler(pid, map_name, "batches", times), text=True)
    return [int(line) for line in lines.splitlines()]


@contextlib.contextmanager
def churn(pid, map_name, first):
    """Keys from `first` on come and go for as long as the block lasts; yields nothing."""
    process = subprocess.Popen(filler(pid, map_name, "churn", first), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield
    finally:
        moved, _ = process.communicate()
        if process.returncode or int(moved) < 1000:
            raise AssertionError(f"the churn ended with {process.returncode} after {moved!r} keys")


def filler(pid, map_name, *arguments):
    return [os.path.join(BUILD, "tools", "mapfill"), str(pid), map_name, *map(str, arguments)]
