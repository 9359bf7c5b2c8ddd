# SPDX-License-Identifier: GPL-2.0-only
"""The alert rules: each fires and stays quiet in promtool, and asks for names, labels and bounds that exist."""

import glob
import os
import re
import shutil
import subprocess
import unittest

from exporter import TOP, Exporter, run

DIRECTORY = os.path.join(TOP, "deploy/prometheus")
ALERT = re.compile(r"^      - alert: (\w+)\n(.*?)(?=^      - alert:|^  - name:|\Z)", re.M | re.S)
METRIC = re.compile(r"\b((?:node|bpf_exporter)_\w+)(?:\{([^}]*)\})?")
ROW = re.compile(r"^\| `(\w+)` \| (\w+)(?:, 2\^(-?\d+) to 2\^(-?\d+)[^|]*)? \| ([^|]*) \|", re.M)
ALWAYS = {"job", "instance", "le"}


def read(name):
    with open(os.path.join(DIRECTORY, name)) as f:
        return f.read()


def alerts():
    """Of each alert: its name, its expression and all of its text."""
    for name, text in ALERT.findall(read("bpf_exporter.rules.yml")):
        expression = re.search(r"expr: (\|\n)?(.*?)^        (?:for|labels):", text, re.M | re.S)[2]
        yield name, expression, text


def exposed(exporter):
    """Labels and bucket bounds (as text) of every metric there is: of the collectors by their descriptions, of the
    exporter itself by a scrape."""
    families = exporter.scrape().families
    texts = {float(s.labels["le"]): s.labels["le"] for f in families.values() for s in f.samples if "le" in s.labels}
    known = {}
    for name, _, lowest, highest, labels in ROW.findall(run("--metrics.table").stdout):
        bounds = {texts.get(2.0**n) for n in range(int(lowest), int(highest) + 1)} if lowest else set()
        known[name] = set(re.findall(r"`(\w+)`", labels)), bounds
    for name, family in families.items():
        known.setdefault(name, ({label for s in family.samples for label in s.labels}, set()))
    for name, labels in documented():
        known.setdefault(name, (labels, set()))
    return known


def documented():
    """The exporter's own metrics, some of which appear with their first event, and their labels."""
    with open(os.path.join(TOP, "userspace/collect/self_families.c")) as f:
        declared = re.findall(r'"(bpf_exporter_\w+)", "', f.read())
    with open(os.path.join(TOP, "docs/operations.md")) as f:
        rows = re.findall(r"^\| (`bpf_exporter_.*?) \| ([^|]*) \|", f.read(), re.M)
    labels = {name: set(re.findall(r"\w+", words)) for names, words in rows for name in re.findall(r"`(\w+)`", names)}
    return [(name, labels[name]) for name in declared]  # each is documented


def family_of(name):
    return re.sub(r"_(bucket|sum|count)$", "", name)


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

    def test_promtool_sees_those_about_native_histograms(self):
        if not shutil.which("promtool"):
            self.skipTest("needs promtool")
        said = subprocess.run(["promtool", "--version"], capture_output=True, text=True).stdout
        version = tuple(map(int, re.search(r"version (\d+)\.(\d+)", said).groups()))
        if version < (2, 50):
            self.skipTest("promtool before 2.50 cannot write native histograms")
        self.promtool("test", "rules", "bpf_exporter.rules_native_test.yml")

    def test_every_alert_is_tested_both_ways(self):
        tests = read("bpf_exporter.rules_test.yml") + read("bpf_exporter.rules_native_test.yml")
        cases = re.findall(r"alertname: (\w+)\n +exp_alerts:( \[\])?\n", tests)
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

    def test_what_the_alerts_ask_for_is_exposed(self):
        with Exporter() as exporter:
            known = exposed(exporter)
        for alert, expression, text in alerts():
            with self.subTest(alert):
                asked = METRIC.findall(expression)
                for name, matchers in asked:
                    self.assertIn(family_of(name), known)
                    labels, bounds = known[family_of(name)]
                    self.assertLessEqual(set(re.findall(r"(\w+)[=!]", matchers)), labels | ALWAYS)
                    self.assertLessEqual(set(re.findall(r'\ble="([^"]*)"', matchers)), bounds)
                labels = {"job", "instance"}.union(*(known[family_of(name)][0] for name, _ in asked))
                self.assertLessEqual(set(re.findall(r"\$labels\.(\w+)", text)), labels)

    def test_metrics_in_the_hints_exist(self):
        with Exporter() as exporter:
            known = exposed(exporter)
        ours = re.compile(r"node_(?:sched|block|fs|softirq|hardirq|workqueue|mm|tcp|net)_\w+")
        for alert, _, text in alerts():
            for name in ours.findall(text):
                self.assertIn(family_of(name), known, alert)

    def test_flags_that_rules_and_documents_name_exist(self):
        known = set(re.findall(r"^  --(?:\[no-\])?([\w.-]+)", run("--help").stdout, re.M))
        known |= {"no-" + name for name in known}
        ours = re.compile(r"--((?:no-)?(?:collector|web|attach|log|btf|metrics)\.[\w-]+(?:\.[\w-]+)*|check)\b")
        documents = [*glob.glob(f"{TOP}/docs/*.md"), f"{TOP}/README.md", *glob.glob(f"{DIRECTORY}/*.yml")]
        for path in documents:
            with open(path) as f:
                for name in ours.findall(f.read()):
                    example = re.search(r"NAME|PARAMETER|collector\.(?:lifetime|mine|x)\b|collector\.exec", name)
                    with self.subTest(os.path.relpath(path, TOP)):
                        self.assertTrue(name in known or example, name)

    def test_no_bound_is_a_whole_number(self):
        """Prometheus 3 stores le="1" as le="1.0"."""
        for name, expression, _ in alerts():
            for le in re.findall(r'le="([^"]*)"', expression):
                self.assertTrue("." in le and not float(le).is_integer(), f"{name}: {le}")


if __name__ == "__main__":
    unittest.main()
