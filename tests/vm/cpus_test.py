# SPDX-License-Identifier: GPL-2.0-only
"""Values that are kept for each CPU, in a virtual machine that has more CPUs than are online, and where they come and
go meanwhile."""

import os
import sys
import unittest

import guest
from exporter import BINARY

POSSIBLE, ONLINE = 8, 2
PROGRAMS = "kernel/hotplug_test kernel/softirq_test"


class Cpus(unittest.TestCase):
    def test_truth_holds_where_not_all_possible_cpus_are_online(self):
        script = (f"cat /sys/devices/system/cpu/possible /sys/devices/system/cpu/online && "
                  f"PATIENCE=8 {sys.executable} -B tests/run.py --build {os.path.dirname(BINARY)} {PROGRAMS}")
        said = guest.run(self, ["sh", "-c", script], "--cpus", f"{POSSIBLE}:{ONLINE}")
        self.assertTrue(said.startswith(f"0-{POSSIBLE - 1}\n0-{ONLINE - 1}\n"), said)
        self.assertRegex(said, r"[1-9]\d* passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
