# SPDX-License-Identifier: GPL-2.0-only
"""A real Prometheus scrapes a running exporter; promtool and Python's client library read its text."""

import subprocess
import unittest

from exporter import Exporter
from prometheus import Prometheus, have_prometheus
from workload import until


class PrometheusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not have_prometheus():
            raise unittest.SkipTest("needs prometheus and promtool")
        cls.exporter = cls.enterClassContext(Exporter())

    def test_prometheus_scrapes_it_and_answers_queries(self):
        with Prometheus(self.exporter.address) as prometheus:
            until(lambda: prometheus.query('up{job="bpf_exporter"}') == [1], 30, "the target is up")
            busy = "sum(rate(node_sched_switches_total[30s]))"
            until(lambda: sum(prometheus.query(busy)) > 0, 30, "context switches are counted")
            waits = "histogram_quantile(0.99, rate(node_sched_runqueue_latency_seconds_bucket[30s]))"
            until(lambda: 0 < sum(prometheus.query(waits)) < 16, 30, "a quantile is a plausible wait")
            self.check_target(prometheus)
            self.check_rules(prometheus)

    def check_target(self, prometheus):
        target, = prometheus.get("/api/v1/targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))
        samples, = prometheus.query("scrape_samples_scraped")
        kept, = prometheus.query("scrape_samples_post_metric_relabeling")
        self.assertEqual(samples, kept)
        self.assertGreater(samples, 100)

    def check_rules(self, prometheus):
        """Every rule is evaluated without complaint, on the names that the exporter really has."""
        def evaluated():
            groups = prometheus.get("/api/v1/rules")["groups"]
            rules = [rule for group in groups for rule in group["rules"]]
            return rules if all(rule["health"] != "unknown" for rule in rules) else None

        rules = until(evaluated, 30, "all rules are evaluated")
        self.assertEqual({rule["name"]: rule.get("lastError", "") for rule in rules if rule["health"] != "ok"}, {})
        self.assertGreater(len(rules), 10)

    def test_promtool_has_no_complaint(self):
        _, _, body = self.exporter.request("/metrics")
        checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stderr.decode()), (0, ""))

    def test_the_python_client_reads_the_same_numbers(self):
        try:
            from prometheus_client.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("needs python3-prometheus-client")
        ours = self.exporter.scrape()
        theirs = {(s.name, frozenset(s.labels.items())): s.value
                  for family in text_string_to_metric_families(ours.text) for s in family.samples}
        expected = {(s.name, frozenset(s.labels.items())): float(s.value)
                    for family in ours.families.values() for s in family.samples}
        self.assertEqual(theirs, expected)


if __name__ == "__main__":
    unittest.main()
