# SPDX-License-Identifier: GPL-2.0-only
"""scripts/test-kernels on logs of runs: what an older kernel has and a newer one not is a failure."""

import os
import subprocess
import tempfile
import unittest

from exporter import TOP

HEADER = "COLLECTOR  DEFAULT  STATE        EVENT        PROGRAM                 ATTACHED  REASON\n"
RUNS = "swap       on       running      io: fentry   fentry/swap_read        yes\n"
GONE = "swap       on       unavailable  io: fentry   fentry/swap_read        cannot    function 'swap_read' is gone\n"
HALF = ("swap       on       running      io: fentry   fentry/swap_read        cannot    function 'swap_read' is gone\n"
        "                                 all          tp_btf/other            yes\n")
PASSED = "ok   kernel/swap_test: test_it [1.00 s]\n"


class TestKernels(unittest.TestCase):
    def run_on(self, **logs):
        """Exit status and report for these tables of --collector.list by alias."""
        with tempfile.TemporaryDirectory() as folder:
            for alias, (version, table) in logs.items():
                with open(f"{folder}/{alias.replace('_', '.')}.log", "w") as f:
                    f.write(f"revision 1 of 2026-01-01, status 0\n#1 SMP Debian {version} (2026-01-01)\n"
                            f"{HEADER}{table}{PASSED}")
            aliases = [alias.replace("_", ".") for alias in logs]
            done = subprocess.run([os.path.join(TOP, "scripts/test-kernels"), "--from-log", "--log", folder, *aliases],
                                  stdout=subprocess.PIPE, text=True, check=False)
        return done.returncode, done.stdout

    def test_the_same_collectors_on_all_are_good(self):
        self.assertEqual(self.run_on(newest=("7.3.4-1", RUNS), **{"6_12": ("6.12.9-1", RUNS)})[0], 0)

    def test_a_collector_that_a_newer_kernel_has_lost_fails_the_run(self):
        status, said = self.run_on(newest=("7.3.4-1", GONE), **{"6_12": ("6.12.9-1", RUNS)})
        self.assertEqual(status, 1)
        self.assertIn("7.3.4-1 amd64 has lost what 6.12.9-1 amd64 has: collector swap: function 'swap_read' is gone", said)

    def test_an_event_that_a_newer_kernel_has_lost_fails_the_run(self):
        status, said = self.run_on(newest=("7.3.4-1", HALF), **{"6_12": ("6.12.9-1", RUNS)})
        self.assertEqual(status, 1)
        self.assertIn("event io of collector swap", said)

    def test_what_only_a_newer_kernel_has_is_good(self):
        self.assertEqual(self.run_on(newest=("7.3.4-1", RUNS), **{"6_12": ("6.12.9-1", GONE)})[0], 0)


if __name__ == "__main__":
    unittest.main()
