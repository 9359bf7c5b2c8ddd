# SPDX-License-Identifier: GPL-2.0-only
"""Every part of scripts/bench runs, in its smallest size, and what it keeps is what docs/performance.md says. Numbers
are not judged.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from exporter import BINARY, TOP
from privilege import why_no_bpf
from workload import PATIENCE

BUILD = os.path.dirname(BINARY)
RUN = os.path.join(TOP, "tests/bench/run.py")
DOCUMENT = os.path.join(TOP, "docs/performance.md")
FIELDS = {"part": str, "table": str, "name": str, "column": str, "unit": str, "value": (int, float), "runs": int,
          "min": (int, float), "max": (int, float), "ratio": (int, float, type(None)), "to": (str, type(None))}


def bench(*arguments):
    environment = {**os.environ, "BUILD": BUILD, "BPF_EXPORTER": BINARY, "PYTHONPATH": os.path.join(TOP, "tests/lib")}
    return subprocess.run([sys.executable, "-B", RUN, *arguments], env=environment, capture_output=True, text=True,
                          timeout=250 * PATIENCE, cwd=TOP)


def parts():
    folder = os.path.join(TOP, "tests/bench")
    return {name[: -len("_bench.py")] for name in os.listdir(folder) if name.endswith("_bench.py")}


def document():
    with open(DOCUMENT) as f:
        return f.read()


@unittest.skipIf(why_no_bpf(), why_no_bpf())
class BenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "-s", "-C", TOP, f"BUILD={BUILD}", "all", "bench"], check=True, stdout=subprocess.PIPE)

    def test_every_part_runs_and_keeps_records_as_documented(self):
        with tempfile.TemporaryDirectory() as directory:
            done = bench("--quick", "--json", f"{directory}/kept.json")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(f"{directory}/kept.json") as f:
                kept = json.load(f)
        self.assertEqual((kept["failed"], kept["quick"]), ([], True))
        for record in kept["results"]:
            self.assertEqual(list(record), list(FIELDS))
            for field, kind in FIELDS.items():
                self.assertIsInstance(record[field], kind, record)
            self.assertLessEqual(record["min"], record["max"], record)
        left_out = {left["part"] for left in kept["left_out"]}
        self.assertEqual({record["part"] for record in kept["results"]} | left_out, parts())

    def test_an_unknown_part_is_refused_with_those_that_there_are(self):
        done = bench("nonsense")
        self.assertNotEqual(done.returncode, 0)
        for part in parts():
            self.assertIn(part, done.stderr)

    def test_the_document_has_a_place_for_every_part_and_every_field(self):
        places = re.findall(r"<!-- bench: (\w+) -->\n.*?<!-- end -->", document(), re.DOTALL)
        self.assertEqual(sorted(places), sorted(parts() | {"machine", "targets"}))
        self.assertEqual(re.findall(r"^\| `(\w+)`", document(), re.MULTILINE), list(FIELDS))


if __name__ == "__main__":
    unittest.main()
