# SPDX-License-Identifier: GPL-2.0-only
"""tests/run.py with programs made for it: what it says of failures, when it says something, and how it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

from exporter import TOP
from workload import until

TAP14 = """TAP version 14
1..3
what it printed
not ok 1 - breaks
  ---
  message: |-
    1 != 2
  severity: fail
  ...
the reason to skip
ok 2 - rests # SKIP
ok 3 - holds
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        os.mkdir(f"{self.folder}/unit")

    def enterContext(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def program(self, text):
        path = f"{self.folder}/unit/made_test"
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)

    def start(self, *options):
        return subprocess.Popen(
            [sys.executable, "-B", f"{TOP}/tests/run.py", "--build", self.folder, *options, "unit/made_test"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, *options):
        process = self.start(*options)
        return process.communicate(timeout=60)[0], process.returncode

    def read(self, name):
        try:
            with open(f"{self.folder}/{name}") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def test_tap_14_tells_the_reasons(self):
        self.program(f"cat <<'END'\n{TAP14}END\nexit 1\n")
        said, status = self.finish()
        self.assertEqual(status, 1)
        self.assertRegex(said, r"FAIL unit/made_test: breaks \[.*\]\n(    \|.*\n)*    \|     1 != 2\n")
        self.assertIn("skip unit/made_test: rests (the reason to skip)", said)
        self.assertIn("1 passed, 1 failed, 1 skipped\n", said)

    def test_silence_is_broken_by_what_runs(self):
        self.program("echo 1..1; echo working; sleep 1; echo ok 1 - slow\n")
        said, status = self.finish("--progress", "0.2")
        self.assertEqual(status, 0)
        self.assertRegex(said, r"\.\.\.  unit/made_test: \d+ s: working\n")

    def test_time_is_up_for_a_program_and_what_it_started(self):
        self.program(f"setsid sleep 1000 & echo $! >{self.folder}/pid; echo 1..1; sleep 1000\n")
        said, status = self.finish("--timeout", "1")
        self.assertEqual(status, 1)
        self.assertIn("killed after 1.0 s", said)
        self.assertFalse(alive(self.read("pid")))

    def test_an_interrupt_ends_all_and_prints_the_totals(self):
        self.program(f"echo 1..2; echo ok 1 - first; trap 'echo >{self.folder}/cleaned; exit' INT\n"
                     f"setsid sleep 1000 & echo $! >{self.folder}/pid; wait\n")
        process = self.start()
        pid = until(lambda: self.read("pid"), 30, "the program runs")
        for line in process.stdout:
            if line.startswith("ok "):
                break
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 130)
        self.assertIn("1 passed, 0 failed, 0 skipped, interrupted\n", said)
        self.assertNotIn("Traceback", said)
        self.assertTrue(os.path.exists(f"{self.folder}/cleaned"))
        self.assertFalse(alive(pid))


if __name__ == "__main__":
    unittest.main()
