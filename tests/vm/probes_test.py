# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel of the machine may lack: fentry and kprobes, on Debian 12's kernel in a virtual machine."""

import os
import subprocess
import sys
import unittest

from exporter import BINARY, TOP

SKIPPED = 77


class Probes(unittest.TestCase):
    def test_all_collectors_attach_and_fsync_is_measured_by_fentry_and_by_kprobes(self):
        script = (f"{BINARY} --check && {BINARY} --check --attach.prefer=kprobe && "
                  f"PATIENCE=8 BPF_EXPORTER={BINARY} {sys.executable} -B tests/tap.py tests/kernel/fsync_test.py")
        guest = subprocess.run(["scripts/vm", "--timeout", "240", "6.1", "--", "sh", "-c", script], cwd=TOP, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if guest.returncode == SKIPPED:
            self.skipTest(guest.stdout.strip())
        self.assertEqual(guest.returncode, 0, guest.stdout)
        for way in "fentry", "kprobe":
            self.assertRegex(guest.stdout, rf"sync: {way} +{way}/__x64_sys_fsync and 11 more +yes")
        self.assertNotIn("# SKIP", guest.stdout)


if __name__ == "__main__":
    unittest.main()
