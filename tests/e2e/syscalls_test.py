# SPDX-License-Identifier: GPL-2.0-only
"""The table of system calls against the kernel headers of this machine, which may be older or newer."""

import os
import re
import unittest

from exporter import TOP

TABLE = f"{TOP}/userspace/collect/syscalls.inc"
GENERIC = "/usr/include/asm-generic/unistd.h"  # what arm64 has
X86 = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"


def table():
    """Numbers on x86-64 and on arm64 by name; None where there is no such call."""
    with open(TABLE) as f:
        rows = re.findall(r"^SYSCALL\((\w+), (\w+), (\w+)\)$", f.read(), re.M)
    return {name: [None if number == "NONE" else int(number) for number in numbers] for name, *numbers in rows}


def headers(path):
    with open(path) as f:
        found = re.findall(r"^#define __NR_(\w+) (\d+)$", f.read(), re.M)
    return {name: int(number) for name, number in found if name not in ("syscalls", "arch_specific_syscall")}


class Table(unittest.TestCase):
    def assert_agrees(self, path, column):
        """All that the headers have; arm64's also have what is for 32-bit machines alone."""
        if not path:
            self.skipTest("no such headers are here")
        known, theirs = table(), headers(path)
        shared = theirs.keys() & known.keys() if path == GENERIC else theirs.keys()
        self.assertGreater(len(shared), 250)
        self.assertEqual({name: known.get(name, (None, None))[column] for name in shared},
                         {name: theirs[name] for name in shared})

    def test_x86(self):
        self.assert_agrees(next(filter(os.path.exists, X86), None), 0)

    def test_arm64(self):
        self.assert_agrees(GENERIC if os.path.exists(GENERIC) else None, 1)

    def test_a_number_has_one_name_and_new_ones_are_the_same_everywhere(self):
        for column in 0, 1:
            numbers = [row[column] for row in table().values() if row[column] is not None]
            self.assertEqual(len(numbers), len(set(numbers)))
        for name, (x86, arm64) in table().items():
            if (x86 or 0) >= 424:
                self.assertEqual(arm64, x86, name)


if __name__ == "__main__":
    unittest.main()
