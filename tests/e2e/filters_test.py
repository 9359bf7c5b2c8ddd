# SPDX-License-Identifier: GPL-2.0-only
"""Filtered scrapes: collect[] and exclude[] as node_exporter has them, name[] for families; what is not asked for is
not even read."""

import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from exporter import CONTENT_TYPE, Exporter
from exposition import Scrape
from prometheus import Prometheus
from workload import until

FLAGS = ["--collector.disable-defaults", "--collector.softirq", "--collector.sched", "--collector.task",
         "--collector.hardirq"]
RUNNING = ["hardirq", "sched", "softirq", "task"]
INFO = "bpf_exporter_collector_info"  # of disabled collectors too
SOFTIRQ = {"node_softirq_latency_seconds", "node_softirq_seconds"}


class FiltersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = cls.enterClassContext(Exporter(FLAGS))

    def get(self, *parameters, query=None):
        query = urllib.parse.urlencode(parameters) if query is None else query
        status, headers, body = self.exporter.request("/metrics?" + query)
        return status, headers, body.decode()

    def scrape(self, *parameters, query=None):
        status, headers, body = self.get(*parameters, query=query)
        self.assertEqual((status, headers["Content-Type"]), (200, CONTENT_TYPE), body)
        return Scrape(body)

    def families(self, *parameters):
        """Families of collectors, and the enabled collectors that the rest speaks of."""
        scrape = self.scrape(*parameters)
        theirs = {name for name in scrape.families if name.startswith("node_")}
        about = {sample.labels["collector"] for family in scrape.families.values()
                 for sample in family.samples if "collector" in sample.labels}
        disabled = {sample.labels["collector"] for sample in scrape.series(INFO, state="disabled")}
        return theirs, about - disabled

    def refused(self, *parameters, query=None):
        status, headers, body = self.get(*parameters, query=query)
        self.assertEqual((status, headers["Content-Type"]), (400, "text/plain; charset=utf-8"))
        return body

    def test_only_collected_collectors_are_shown(self):
        self.assertEqual(self.families(("collect[]", "softirq")), (SOFTIRQ, {"softirq"}))
        theirs, about = self.families(("collect[]", "softirq"), ("collect[]", "task"), ("collect[]", "task"))
        self.assertEqual(about, {"softirq", "task"})
        self.assertTrue(SOFTIRQ < theirs)
        self.assertFalse({name for name in theirs if "sched" in name})

    def test_all_but_excluded_collectors_are_shown(self):
        """Some families appear with their first event."""
        for excluded, without in (("softirq", SOFTIRQ), ("tcp", set())):  # tcp is disabled
            before, _ = self.families()
            theirs, about = self.families(("exclude[]", excluded))
            after, _ = self.families()
            self.assertEqual(about, set(RUNNING) - {excluded})
            self.assertTrue(before - without <= theirs <= after - without, theirs)
        self.assertEqual(self.families(*(("exclude[]", name) for name in RUNNING)), (set(), set()))

    def test_the_exporters_own_metrics_stay_as_in_node_exporter(self):
        names = self.scrape(("collect[]", "softirq")).families.keys()
        self.assertLess({"process_open_fds", "bpf_exporter_build_info"}, names)

    def test_only_named_families_are_shown(self):
        name = "node_softirq_seconds"
        self.assertEqual(list(self.scrape(("name[]", name), ("name[]", name)).families), [name])
        self.assertEqual(self.get(("name[]", name), ("collect[]", "task"))[2], "")
        self.assertEqual(list(self.scrape(("name[]", "process_open_fds")).families), ["process_open_fds"])
        for suffix in "_bucket", "_sum", "_count":
            self.assertEqual(list(self.scrape(("name[]", "node_softirq_seconds" + suffix)).families), ["node_softirq_seconds"])
        self.assertEqual(self.get(("name[]", "node_softirq_seconds_total"))[2], "", "no family")

    def test_a_named_figure_about_reading_is_of_this_scrape(self):
        families = self.scrape(("name[]", "bpf_exporter_collector_duration_seconds")).families
        samples = families["bpf_exporter_collector_duration_seconds"].samples
        self.assertEqual([s.labels["collector"] for s in samples], RUNNING)
        self.assertTrue(all(s.value > 0 for s in samples))

    def test_a_filtered_scrape_leaves_the_next_one_whole(self):
        before = self.scrape()
        self.scrape(("collect[]", "softirq"), ("name[]", "node_softirq_seconds"))
        after = self.scrape()
        self.assertLessEqual(before.families.keys(), after.families.keys())
        for name, family in before.families.items():
            ours, later = ({tuple(sorted(s.labels.items())) for s in f.samples}
                           for f in (family, after.families[name]))
            self.assertLessEqual(ours, later, name)

    def test_mistakes_are_refused_with_the_collectors_there_are(self):
        listed = "; running collectors: " + ", ".join(RUNNING) + "\n"
        for parameters, what in (
                ([("collect[]", "nothing")], "collector 'nothing' does not exist"),
                ([("collect[]", "softirq"), ("collect[]", "")], "collector '' does not exist"),
                ([("exclude[]", "nothing")], "collector 'nothing' does not exist"),
                ([("collect[]", "tcp")], "collector 'tcp' is disabled"),
                ([("collect[]", "sched"), ("exclude[]", "task")],
                 "collect[] and exclude[] exclude each other: use one of them")):
            self.assertEqual(self.refused(*parameters), f"400: {what}{listed}")

    def test_hostile_queries_are_refused_and_harm_nobody(self):
        self.assertEqual(self.refused(query="collect[]=%zz"), "400: the query is malformed\n")
        self.assertEqual(self.refused(query="collect[]=%00"), "400: the query is malformed\n")
        self.assertEqual(self.refused(query="&".join(["a"] * 65)), "400: more than 64 parameters\n")
        self.assertNotIn("\x1b", self.refused(query="collect[]=%1b[31m"))
        self.assertEqual(self.get(query="x" * 2048)[0], 414)
        self.scrape(query="x" * 2047)
        self.scrape(query="&&collect=softirq&a=%20+&=&;")

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_what_is_not_asked_for_is_not_read(self):
        """The maps of softirq and hardirq differ: the ones are memory, the others are read by the kernel."""
        wanted = [("name[]", "node_softirq_seconds")]
        self.scrape(*wanted)
        self.assertEqual(self.map_reads(*wanted), 0)
        self.assertGreater(self.map_reads(("name[]", "node_hardirq_seconds")), 0)

    def map_reads(self, *parameters):
        """bpf() calls that read maps during a scrape."""
        with tempfile.NamedTemporaryFile("r") as trace:
            strace = subprocess.Popen(["strace", "-f", "-e", "trace=bpf", "-o", trace.name, "-p", str(self.exporter.pid)],
                                      stderr=subprocess.PIPE, text=True)
            try:
                strace.stderr.readline()  # attached
                self.assertEqual(self.get(*parameters)[0], 200)  # without a line where nothing has happened yet
            finally:
                strace.terminate()
                strace.communicate()
            return len(re.findall(r"bpf\(BPF_MAP_LOOKUP|bpf\(BPF_MAP_GET_NEXT", trace.read()))

    def test_prometheus_filters_by_params(self):
        with Prometheus(self.exporter.address, scrape='params: {"collect[]": [softirq, task]}') as prometheus:
            until(lambda: prometheus.query('up{job="bpf_exporter"}') == [1], 30, "the target is up")
            until(lambda: prometheus.query("count(node_softirq_seconds_count)"), 30, "softirqs are counted")
            self.assertEqual(prometheus.query("node_sched_switches_total"), [])
            self.assertEqual(prometheus.query("count(bpf_exporter_collector_success)"), [2])


if __name__ == "__main__":
    unittest.main()
