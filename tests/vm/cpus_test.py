# SPDX-License-Identifier: GPL-2.0-only
"""Values that are kept for each CPU, in a virtual machine that has more CPUs than are online, and where they come and
go meanwhile."""

import os
import subprocess
import sys
import unittest

from exporter import BINARY, TOP

SKIPPED = 77
POSSIBLE, ONLINE = 8, 2
PROGRAMS = "kernel/hotplug_test kernel/softirq_test"


class Cpus(unittest.TestCase):
    def test_truth_holds_where_not_all_possible_cpus_are_online(self):
        script = (f"cat /sys/devices/system/cpu/possible /sys/devices/system/cpu/online && "
                  f"PATIENCE=8 {sys.executable} -B tests/run.py --build {os.path.dirname(BINARY)} {PROGRAMS}")
        guest = subprocess.run(["scripts/vm", "--timeout", "400", "--cpus", f"{POSSIBLE}:{ONLINE}", "6.1", "--",
                                "sh", "-c", script], cwd=TOP, text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if guest.returncode == SKIPPED:
            self.skipTest(guest.stdout.strip())
        self.assertEqual(guest.returncode, 0, guest.stdout)
        self.assertTrue(guest.stdout.startswith(f"0-{POSSIBLE - 1}\n0-{ONLINE - 1}\n"), guest.stdout)
        self.assertRegex(guest.stdout, r"[1-9]\d* passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
