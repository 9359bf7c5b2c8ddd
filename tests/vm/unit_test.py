# SPDX-License-Identifier: GPL-2.0-only
"""The unit of deploy/, run by a systemd in a virtual machine: systemd.py has the promises."""

import os
import shutil
import sys
import unittest

import guest
from exporter import BINARY


class Unit(unittest.TestCase):
    def test_systemd_runs_the_unit_as_it_says(self):
        if not os.path.exists("/lib/systemd/systemd") or not shutil.which("systemd-analyze"):
            self.skipTest("needs systemd")
        said = guest.run(self, ["env", f"BPF_EXPORTER={BINARY}", "PATIENCE=8", sys.executable, "-B",
                                "tests/vm/systemd.py"])
        self.assertRegex(said, r"(?m)^1\.\.8$")


if __name__ == "__main__":
    unittest.main()
