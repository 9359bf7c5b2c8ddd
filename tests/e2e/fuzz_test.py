# SPDX-License-Identifier: GPL-2.0-only
"""Every fuzzer runs for some seconds from its corpus and finds nothing; scripts/fuzz runs them for longer."""

import os
import re
import subprocess
import unittest

from exporter import BINARY, TOP

FUZZERS = {name.removesuffix("_fuzz.c") for name in os.listdir(f"{TOP}/tests/fuzz") if name.endswith("_fuzz.c")}


class Fuzz(unittest.TestCase):
    def test_every_fuzzer_runs_and_finds_nothing(self):
        missing = subprocess.run([f"{TOP}/scripts/packages", "missing", "fuzz"], capture_output=True, text=True,
                                 check=False).stdout.split()
        if missing:
            self.skipTest(f"needs {', '.join(missing)}")
        environment = {**os.environ, "SECONDS_EACH": "3", "BUILD": os.path.relpath(os.path.dirname(BINARY), TOP)}
        done = subprocess.run([f"{TOP}/scripts/fuzz"], cwd=TOP, env=environment, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        runs = {name: int(count) for name, count in re.findall(r"^(\w+): (\d+)$", done.stdout, re.M)}
        self.assertEqual(runs.keys(), FUZZERS)
        self.assertTrue(all(runs.values()), runs)


if __name__ == "__main__":
    unittest.main()
