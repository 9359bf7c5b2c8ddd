# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel of the machine may lack: fentry and kprobes, on Debian 12's kernel in a virtual machine."""

import os
import subprocess
import sys
import unittest

from exporter import BINARY, TOP

SKIPPED = 77
# The programs of tests/kernel/ that need fentry or kprobes: there, none of their tests is skipped.
PROGRAMS = (
    "blockways",
    "fs",
    "fsync",
    "kprobe",
    "lockup",
    "majorfault",
    "memstall",
    "minorfault",
    "module",
    "pagecache",
    "swap",
    "tcpaccept",
    "tcpbacklog",
    "throttle",
    "vfs",
)


class Probes(unittest.TestCase):
    def test_what_needs_fentry_or_kprobes_runs_on_a_kernel_that_has_them(self):
        programs = " ".join(f"kernel/{name}_test" for name in PROGRAMS)
        script = (f"{BINARY} --check && {BINARY} --check --attach.prefer=kprobe && "
                  f"PATIENCE=8 {sys.executable} -B tests/run.py --build {os.path.dirname(BINARY)} {programs}")
        guest = subprocess.run(["scripts/vm", "--timeout", "1100", "6.1", "--", "sh", "-c", script], cwd=TOP, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if guest.returncode == SKIPPED:
            self.skipTest(guest.stdout.strip())
        self.assertEqual(guest.returncode, 0, guest.stdout)
        for way in "fentry", "kprobe":
            self.assertRegex(guest.stdout, rf"sync: {way} +{way}/__x64_sys_fsync and 11 more +yes")
        self.assertRegex(guest.stdout, r"[1-9]\d* passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
