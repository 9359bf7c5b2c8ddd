# SPDX-License-Identifier: GPL-2.0-only
"""A swap file of a test's own."""

import subprocess
import tempfile
import unittest


class SwapFile:
    """Swap of so many bytes, for the whole machine, for as long as the block lasts; skips the test where files can be
    no swap."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="swap.")
        subprocess.run(["fallocate", "-l", str(self.size), self.file.name], check=True)
        subprocess.run(["mkswap", "-q", self.file.name], check=True)
        on = subprocess.run(["swapon", self.file.name], capture_output=True, text=True, check=False)
        if on.returncode:
            self.file.close()
            raise unittest.SkipTest(f"no swap here: {on.stderr.strip()}")
        return self

    def __exit__(self, *_):
        subprocess.run(["swapoff", self.file.name], check=True)
        self.file.close()
