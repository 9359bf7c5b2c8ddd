# SPDX-License-Identifier: GPL-2.0-only
"""Kprobes at an offset and at system calls, against a number of calls that is known."""

import os
import unittest

from privilege import why_no_bpf
from probecalls import CALLS, calls_seen



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


if __name__ == "__main__":
    unittest.main()
