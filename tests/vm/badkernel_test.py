# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels with the settings of a bad one, in a virtual machine: settings.py has the promises."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from exporter import BINARY, TOP
from privilege import why_no_bpf

SKIPPED = 77


class BadKernels(unittest.TestCase):
    def promises_hold(self, names, number, append, kernel="6.1"):
        """Boot, run settings.py on some names, and find so many promises kept."""
        if reason := why_no_bpf():
            self.skipTest(reason)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            binary = shutil.copy(BINARY, folder)  # where everybody may run it
            types = shutil.copy("/sys/kernel/btf/vmlinux", folder)  # of another kernel than the guest's
            environment = [f"BPF_EXPORTER={binary}", "PATIENCE=8", f"OTHER_KERNEL_S_TYPES={types}"]
            guest = subprocess.run(
                ["scripts/vm", "--timeout", "400", "--append", append, kernel, "--", "env", *environment,
                 sys.executable, "-B", "tests/vm/settings.py", *names], cwd=TOP, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if guest.returncode == SKIPPED:
            self.skipTest(guest.stdout.strip())
        self.assertEqual(guest.returncode, 0, guest.stdout)
        self.assertRegex(guest.stdout, rf"(?m)^1\.\.{number}$")
        self.assertNotIn("# SKIP", guest.stdout)

    def test_settings_disturb_nothing_or_are_named_and_lockdown_may_come_later(self):
        self.promises_hold(["sysctls", "lockdown"], 6, append="lockdown=integrity")

    def test_lockdown_from_the_start(self):
        self.promises_hold(["lockdown"], 1, append="lockdown=confidentiality")

    def test_before_5_11_locked_memory_counts_and_lockdown_is_the_same(self):
        self.promises_hold(["memlock", "lockdown"], 2, append="lockdown=integrity", kernel="5.10")


if __name__ == "__main__":
    unittest.main()
