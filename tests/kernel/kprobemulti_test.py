# SPDX-License-Identifier: GPL-2.0-only
"""Links to several functions at once, against a number of calls that is known."""

import unittest

from privilege import why_no_bpf
from probecalls import CALLS, WAITS, calls_seen, returns_seen_and_missed


def kernel_has(function):
    with open("/proc/kallsyms") as f:
        return any(line.split()[2] == function for line in f)


class KprobeMulti(unittest.TestCase):
    def setUp(self):
        if why_no_bpf():
            self.skipTest(why_no_bpf())
        if not kernel_has("register_fprobe"):
            self.skipTest("this kernel has no kprobe.multi")

    def test_functions_of_a_pattern_and_their_returns_are_counted(self):
        self.assertEqual(calls_seen("probemulti", "calls", "returns"), {"calls": CALLS, "returns": CALLS})

    def test_returns_are_counted_or_missed(self):
        self.assertEqual(sum(returns_seen_and_missed("probemulti")), WAITS)

    def test_a_session_sees_both_ends(self):
        if not kernel_has("bpf_session_is_return"):
            self.skipTest("this kernel has no kprobe.session")
        self.assertEqual(calls_seen("probemulti", "session"), {"session": 2 * CALLS})


if __name__ == "__main__":
    unittest.main()
