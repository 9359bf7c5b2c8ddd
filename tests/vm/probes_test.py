# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel of the machine may lack: fentry and kprobes, on Debian 12's kernel in a virtual machine."""

import os
import sys
import unittest

import guest
from exporter import BINARY

# The programs of tests/kernel/ that need fentry or kprobes: there, none of their tests is skipped.
PROGRAMS = (
    "blockdevices",
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
        said = guest.run(self, ["sh", "-c", script], timeout=1100)
        for way in "fentry", "kprobe":
            self.assertRegex(said, rf"sync: {way} +{way}/__x64_sys_fsync and 11 more +yes")
        self.assertRegex(said, r"[1-9]\d* passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    unittest.main()
