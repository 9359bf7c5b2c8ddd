# SPDX-License-Identifier: GPL-2.0-only
"""The queries that docs/questions.md offers: each is PromQL for Prometheus, of metrics and labels that exist."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from exporter import TOP, Exporter
from rules_test import METRIC, ALWAYS, exposed, family_of

DOCUMENT = os.path.join(TOP, "docs/questions.md")


def queries():
    """What stands in backquotes in the document's tables and names a metric with an operation."""
    with open(DOCUMENT) as f:
        rows = [line for line in f if line.startswith("|")]
    quoted = [text.replace("\\|", "|") for row in rows for text in re.findall(r"`([^`]+)`", row)]
    return [text for text in quoted if METRIC.search(text)]


class Queries(unittest.TestCase):
    def test_there_are_queries_for_every_resource(self):
        self.assertGreater(len(queries()), 40)

    def test_a_list_of_the_most_leaves_out_what_is_idle(self):
        documents = [DOCUMENT, os.path.join(TOP, "README.md")]
        lists = []
        for path in documents:
            with open(path) as f:
                lists += [line for line in f if re.search(r"\btop ?k\(", line)]
        self.assertGreater(len(lists), 10)
        self.assertEqual([line for line in lists if not re.search(r"topk\(\d+, .*\)\)? > 0", line)], [])

    def test_prometheus_takes_each(self):
        if not shutil.which("promtool"):
            self.skipTest("needs promtool")
        rules = [{"record": f"query:{number}", "expr": text} for number, text in enumerate(queries())]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)  # JSON is YAML
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_metrics_and_labels_exist(self):
        with Exporter() as exporter:
            known = exposed(exporter)
        for text in queries():
            for name, selector in METRIC.findall(text):
                with self.subTest(text, metric=name):
                    if re.match(r"node_(pressure|schedstat|disk)_", name):
                        continue  # node_exporter's
                    self.assertIn(family_of(name), known)
                    labels = set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", selector))
                    self.assertLessEqual(labels - ALWAYS, known[family_of(name)][0])


if __name__ == "__main__":
    unittest.main()
