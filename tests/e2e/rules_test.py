# SPDX-License-Identifier: GPL-2.0-only
"""The alert rules: each fires and stays quiet in promtool, and asks for names, labels and bounds that exist."""

import os
import re
import shutil
import subprocess
import unittest

from exporter import TOP, Exporter

DIRECTORY = os.path.join(TOP, "deploy/prometheus")
ALERT = re.compile(r"^      - alert: (\w+)\n(.*?)(?=^      - alert:|^  - name:|\Z)", re.M | re.S)
METRIC = re.compile(r"\b((?:node|bpf_exporter)_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
PROMETHEUS_OWN = {"job", "instance"}


def read(name):
    with open(os.path.join(DIRECTORY, name)) as f:
        return f.read()


def alerts():
    """Of each alert: its name, its expression and all of its text."""
    for name, text in ALERT.findall(read("bpf_exporter.rules.yml")):
        expression = re.search(r"expr: (\|\n)?(.*?)^        (?:for|labels):", text, re.M | re.S)[2]
        yield name, expression, text


def documented():
    """Every metric of docs/metrics.md: name -> (set of labels)."""
    rows = re.findall(r"^\| `(\w+)` \|.*", open(os.path.join(TOP, "docs/metrics.md")).read(), re.M)
    return set(rows)


class RulesTest(unittest.TestCase):
    def promtool(self, *arguments):
        if not shutil.which("promtool"):
            self.skipTest("needs promtool")
        done = subprocess.run(["promtool", *arguments], cwd=DIRECTORY, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_accepts_the_rules(self):
        self.promtool("check", "rules", "bpf_exporter.rules.yml")

    def test_promtool_sees_them_fire_and_stay_quiet(self):
        self.promtool("test", "rules", "bpf_exporter.rules_test.yml")

    def test_every_alert_is_tested_both_ways(self):
        cases = re.findall(r"alertname: (\w+)\n +exp_alerts:( \[\])?\n", read("bpf_exporter.rules_test.yml"))
        names = [name for name, _, _ in alerts()]
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(name):
                self.assertIn((name, ""), cases)
                self.assertIn((name, " []"), cases)

    def test_every_alert_says_what_to_do(self):
        for name, _, text in alerts():
            with self.subTest(name):
                for key in ("severity: ", "summary: ", "description: ", "hint: "):
                    self.assertIn(key, text)

    def test_no_bound_is_a_whole_number(self):
        """Prometheus 3 stores le="1" as le="1.0"."""
        for name, expression, _ in alerts():
            for le in re.findall(r'le="([^"]*)"', expression):
                self.assertTrue("." in le and not float(le).is_integer(), f"{name}: {le}")


if __name__ == "__main__":
    unittest.main()
