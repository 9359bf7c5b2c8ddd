# SPDX-License-Identifier: GPL-2.0-only
"""Devices that share an interrupt, in a virtual machine that has no others: each interrupt counts for the one that raised
it."""

import os
import sys
import unittest

import guest
from exporter import BINARY


class SharedInterrupts(unittest.TestCase):
    def test_a_shared_interrupt_counts_once(self):
        script = (f"grep -q ', ' /proc/interrupts && PATIENCE=8 {sys.executable} -B tests/run.py "
                  f"--build {os.path.dirname(BINARY)} kernel/hardirq_test")
        said = guest.run(self, ["sh", "-c", script], "--append=pci=nomsi")
        self.assertRegex(said, r"[1-9]\d* passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
