# SPDX-License-Identifier: GPL-2.0-only
"""Values that are kept for each CPU, in a virtual machine that has more CPUs than are online, and where they come and
go meanwhile."""

import os
import sys
import unittest

import guest
from exporter import BINARY, TOP

POSSIBLE, ONLINE = 8, 2
PROGRAMS = "kernel/hotplug_test kernel/softirq_test"


class Cpus(unittest.TestCase):
    def test_truth_holds_where_not_all_possible_cpus_are_online(self):
        script = (f"cat /sys/devices/system/cpu/possible /sys/devices/system/cpu/online && "
                  f"PATIENCE=8 {sys.executable} -B tests/run.py --build {os.path.dirname(BINARY)} {PROGRAMS}")
        said = guest.run(self, ["sh", "-c", script], "--cpus", f"{POSSIBLE}:{ONLINE}")
        self.assertTrue(said.startswith(f"0-{POSSIBLE - 1}\n0-{ONLINE - 1}\n"), said)
        self.assertRegex(said, r"[1-9]\d* passed, 0 failed, 0 skipped")

    def test_moves_to_and_from_isolated_cpus_are_apart(self):
        said = guest.run(self, ["env", f"BPF_EXPORTER={BINARY}", "PATIENCE=8", f"PYTHONPATH={TOP}/tests/lib", sys.executable,
                                "-B", "tests/kernel/sched_test.py", "-v",
                                "Sched.test_moves_to_and_from_an_isolated_cpu_are_apart"],
                         "--cpus", "3:3", "--append", "isolcpus=1")
        self.assertRegex(said, r"(?m) ok$")


if __name__ == "__main__":
    unittest.main()
