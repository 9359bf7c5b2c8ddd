# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel of the machine may lack: fentry and kprobes, on Debian 12's kernel in a virtual machine."""

import os
import re
import sys
import unittest

import guest
from exporter import BINARY

# The programs of tests/kernel/ that need fentry or kprobes: there, no test of these is skipped.
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
        for way, end in ("fentry", "fexit"), ("kprobe", "kretprobe"):
            self.assertRegex(said, rf"sync: {way} +{end}/__x64_sys_fsync and 11 more +yes")
        self.assertRegex(said, r"[1-9]\d* passed, 0 failed")
        for skipped in re.findall(r"(?m)^skip .*", said):  # links to several functions came later
            self.assertRegex(skipped, r"_by_multi |kretprobe\.multi cannot be had")


if __name__ == "__main__":
    unittest.main()
