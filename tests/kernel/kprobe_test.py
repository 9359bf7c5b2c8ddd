# SPDX-License-Identifier: GPL-2.0-only
"""Kprobes at an offset and at system calls, those that the kernel misses, too, against a number of calls that is
known."""

import os
import re
import unittest

from privilege import why_no_bpf
from probecalls import CALLS, WAITS, calls_seen, returns_seen_and_missed

# Where links tell how often a kprobe was missed (3acf8ace6823; some kernels before have it, too).
TOLD = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (6, 7)


class Kprobe(unittest.TestCase):
    def setUp(self):
        if why_no_bpf():
            self.skipTest(why_no_bpf())
        if not os.path.exists("/sys/bus/event_source/devices/kprobe/type"):
            self.skipTest("this kernel has no kprobes")

    def test_calls_are_counted_behind_the_first_instruction(self):
        self.assertEqual(calls_seen("probe", "offset"), {"offset": CALLS})

    def test_system_calls_and_their_returns_are_counted(self):
        self.assertEqual(calls_seen("probe", "call", "return"), {"call": CALLS, "return": CALLS})

    def test_returns_that_the_kernel_misses_are_counted_where_it_tells(self):
        seen, missed = returns_seen_and_missed("probe")
        self.assertLess(seen, WAITS)
        self.assertIn(missed, {WAITS - seen} if TOLD else {0, WAITS - seen})


if __name__ == "__main__":
    unittest.main()
