# SPDX-License-Identifier: GPL-2.0-only
"""The unit of deploy/, run by a systemd in a virtual machine: systemd.py has the promises."""

import os
import shutil
import subprocess
import sys
import unittest

from exporter import BINARY, TOP

SKIPPED = 77


class Unit(unittest.TestCase):
    def test_systemd_runs_the_unit_as_it_says(self):
        if not os.path.exists("/lib/systemd/systemd") or not shutil.which("systemd-analyze"):
            self.skipTest("needs systemd")
        guest = subprocess.run(
            ["scripts/vm", "--timeout", "400", "6.1", "--", "env", f"BPF_EXPORTER={BINARY}", "PATIENCE=8",
             sys.executable, "-B", "tests/vm/systemd.py"], cwd=TOP, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if guest.returncode == SKIPPED:
            self.skipTest(guest.stdout.strip())
        self.assertEqual(guest.returncode, 0, guest.stdout)
        self.assertRegex(guest.stdout, r"(?m)^1\.\.6$")


if __name__ == "__main__":
    unittest.main()
