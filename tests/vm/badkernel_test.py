# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels with the settings of a bad one, in a virtual machine: settings.py has the promises."""

import os
import shutil
import sys
import tempfile
import unittest

import guest
from exporter import BINARY
from privilege import why_no_bpf


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
            said = guest.run(self, ["env", *environment, sys.executable, "-B", "tests/vm/settings.py", *names],
                             "--append", append, kernel=kernel)
        self.assertRegex(said, rf"(?m)^1\.\.{number}$")
        self.assertNotIn("# SKIP", said)

    def test_settings_disturb_nothing_or_are_named_and_lockdown_may_come_later(self):
        self.promises_hold(["sysctls", "lockdown"], 6, append="lockdown=integrity")

    def test_lockdown_from_the_start(self):
        self.promises_hold(["lockdown"], 1, append="lockdown=confidentiality")

    def test_before_5_11_locked_memory_counts_and_lockdown_is_the_same(self):
        self.promises_hold(["memlock", "lockdown"], 2, append="lockdown=integrity", kernel="5.10")


if __name__ == "__main__":
    unittest.main()
