# SPDX-License-Identifier: GPL-2.0-only
"""Every metric that has a counter of the kernel beside it shows the same, by one task and by a crowd of eight on one CPU.

scripts/truth runs this on all kernels; with TRUTH in the environment each result is appended to that file."""

import json
import os
import platform
import unittest

from exporter import Exporter
from truths import TRUTHS, Absent, measure, outside

TASKS = 1, 8


def note(truth, tasks, shown, least, most, lost, over):
    path = os.environ.get("TRUTH")
    if path:
        with open(path, "a") as f:
            f.write(json.dumps({"kernel": platform.release(), "metric": truth.name(), "tasks": tasks, "shown": shown,
                                "least": least, "most": most, "lost": lost, "outside": over}) + "\n")


class Truths(unittest.TestCase):
    pass


def test_of(truth, tasks):
    def test(self):
        try:
            truth.read()
        except FileNotFoundError as e:
            self.skipTest(f"this kernel has no {e.filename}")
        flags = ["--collector.disable-defaults", f"--collector.{truth.collector}", *truth.flags]
        try:
            exporter = Exporter(flags).start()
        except RuntimeError as e:
            if "none can run" in str(e):
                self.skipTest(f"{truth.collector} cannot run on this kernel")
            raise
        try:
            for _ in range(3):  # an unseen supervisor's thread can hide an interrupt: tests/lib/truth.py
                shown, least, most, lost = measure(truth, exporter, tasks)
                over = outside(truth, shown, least, most)
                if not over:
                    break
        except Absent as e:
            self.skipTest(str(e))
        finally:
            exporter.stop()
        note(truth, tasks, shown, least, most, lost, over)
        self.assertEqual(over, 0, f"{truth.name()} grew by {shown}, {truth.against} by {least} to {most}; lost: {lost}")
        self.assertGreater(most, 0, "the load moved nothing")
    return test


for _truth in TRUTHS:
    for _tasks in TASKS:
        _name = "".join(c if c.isalnum() else "_" for c in _truth.name()).strip("_")
        setattr(Truths, f"test_{_name}_by_{_tasks}", test_of(_truth, _tasks))

if __name__ == "__main__":
    unittest.main()
