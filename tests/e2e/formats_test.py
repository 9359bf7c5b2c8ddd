# SPDX-License-Identifier: GPL-2.0-only
"""Every format and its negotiation, read by what others wrote: Prometheus with native histograms, promtool, Python's
parsers. A collector of the tests observes values that the test knows."""

import gzip
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from fractions import Fraction

from dropins import dropins
from exporter import CONTENT_TYPE, TOP, Exporter
from prometheus import Prometheus, have_prometheus
from protobuf import families
from workload import until

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
OLDCLOCK = os.path.join(TOP, "build/tools/oldclock.so")
FLAGS = ["--collector.disable-defaults", "--collector.observe", "--web.disable-exporter-metrics"]
MARK = 1 << 52  # tests/kernel/objects/observe.bpf.c
MAX_NS = 16 * 10**9
SCHEMAS = range(4)


def observe(values):
    """Let the collector see these values: what lseek() returns."""
    fd = os.memfd_create("observed")
    try:
        for value in values:
            os.lseek(fd, MARK + value, os.SEEK_SET)
    finally:
        os.close(fd)


def some_values():
    """From below the lowest bound to the highest, and each power of two of a second, where it is an integer."""
    rng = random.Random(1)
    spread = [round(10 ** rng.uniform(2.5, 10.1)) for _ in range(3000)]
    exact = [10**9 * 2**k for k in range(5)] + [10**9 // 2**k for k in range(10)]
    return [v for v in spread if v <= MAX_NS] + exact + [v + 1 for v in exact if v < MAX_NS] + [0]


def native_index(value, schema, unit):
    """The smallest index whose upper bound unit * 2^(index / 2^schema) is not below the value, without rounding."""
    power = Fraction(value, unit) ** (1 << schema)
    index = math.floor(math.log2(power)) - 1
    while Fraction(2) ** index < power:
        index += 1
    return index


def native_buckets(values, schema, unit, lowest, highest):
    """What a native histogram between 2^lowest and 2^highest has to hold: zero count, buckets by index."""
    zero, buckets = 0, {}
    for v in values:
        if Fraction(v, unit) <= Fraction(2) ** lowest:
            zero += 1
            continue
        above = Fraction(v, unit) > Fraction(2) ** highest
        index = (1024 << schema) + 1 if above else native_index(v, schema, unit)
        buckets[index] = buckets.get(index, 0) + 1
    return zero, buckets


class FormatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = cls.enterClassContext(dropins("observe"))
        cls.flags = [*FLAGS, f"--collector.directory={directory}"]
        cls.before = time.time()
        cls.exporter = cls.enterClassContext(Exporter(cls.flags))
        cls.values = some_values()
        observe(cls.values)

    def get(self, accept, exporter=None, **headers):
        status, headers, body = (exporter or self.exporter).request(
            "/metrics", headers={"Accept": accept, **headers})
        self.assertEqual((status, headers["Vary"]), (200, "Accept, Accept-Encoding"))
        return headers["Content-Type"], body

    def protobuf(self, exporter=None):
        kind, body = self.get(PROTOBUF, exporter)
        self.assertEqual(kind, PROTOBUF)
        return {f.name: f for f in families(body)}

    def histogram(self, name):
        metric, = self.protobuf()[name].metrics
        return metric.histogram

    def test_the_format_is_what_was_asked_for(self):
        for accept, kind in {
            "": CONTENT_TYPE, "*/*": CONTENT_TYPE, "text/html": CONTENT_TYPE,
            "text/plain;version=1.0.0;escaping=allow-utf-8":
                "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            "application/openmetrics-text;version=0.0.1,text/plain;q=0.5":
                "application/openmetrics-text; version=0.0.1; charset=utf-8",
            f"{OPENMETRICS},text/plain": OPENMETRICS,
            f"{PROTOBUF};q=0.4,text/plain;q=0.3": PROTOBUF,
        }.items():
            with self.subTest(accept):
                self.assertEqual(self.get(accept)[0], kind)

    def test_native_buckets_are_exact_on_every_bound(self):
        for schema in SCHEMAS:
            with self.subTest(schema=schema):
                h = self.histogram(f"node_observe_schema{schema}_seconds")
                zero, buckets = native_buckets(self.values, schema, 10**9, -20, 4)
                self.assertEqual((h.schema, h.zero_threshold, h.zero_count), (schema, 2.0**-20, zero))
                self.assertEqual({i: n for i, n in h.native.items() if n}, buckets)
                self.assertEqual(h.count, len(self.values))
                self.assertAlmostEqual(h.sum, sum(self.values) / 1e9, places=6)

    def test_what_is_above_all_bounds_is_in_the_bucket_of_infinity(self):
        h = self.histogram("node_observe_bytes")
        zero, buckets = native_buckets(self.values, 3, 1, 10, 32)
        self.assertGreater(buckets[(1024 << 3) + 1], 0)
        self.assertEqual((h.zero_count, {i: n for i, n in h.native.items() if n}), (zero, buckets))
        self.assertEqual(h.count, zero + sum(buckets.values()))

    def test_protobuf_has_the_same_numbers_as_text(self):
        text = self.exporter.scrape()
        found = self.protobuf()
        self.assertEqual(set(found), set(text.families))
        self.assertEqual(found["node_observe_total"].metrics[0].value, text.value("node_observe_total"))
        for name, family in found.items():
            self.assertEqual((family.type, family.help), (text.families[name].type, text.families[name].help))
            if family.type == "histogram":
                h, ours = family.metrics[0].histogram, text.histogram(name)
                self.assertEqual(h.classic, [(float(le), n) for le, n in ours.buckets.items()])
                self.assertEqual((h.count, h.sum), (ours.count, float(ours.sum)))

    def test_units_and_the_time_of_creation_are_told(self):
        found = self.protobuf()
        self.assertEqual({name: f.unit for name, f in found.items()}, {
            **{f"node_observe_schema{schema}_seconds": "seconds" for schema in SCHEMAS},
            "node_observe_bytes": "bytes", "node_observe_total": ""})
        with Exporter([*self.flags, "--web.histograms-created"]) as exporter:
            whole = self.protobuf(exporter)
        for name, family in found.items():
            metric, all_told = family.metrics[0], whole[name].metrics[0]
            if metric.histogram:
                self.assertIsNone(metric.histogram.created, name)
            created = all_told.created or all_told.histogram.created
            self.assertTrue(self.before <= created <= time.time(), (name, created))

    def openmetrics(self, exporter=None):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("needs python3-prometheus-client")
        kind, body = self.get(OPENMETRICS, exporter)
        self.assertEqual(kind, OPENMETRICS)
        return list(text_string_to_metric_families(body.decode()))

    def test_the_python_client_reads_openmetrics(self):
        theirs = {(s.name, tuple(sorted(s.labels.items()))): s.value
                  for family in self.openmetrics() for s in family.samples}
        expected = {}
        for family in self.exporter.scrape().families.values():
            for s in family.samples:
                labels = {k: f"{float(v):g}" if k == "le" and v != "+Inf" else v for k, v in s.labels.items()}
                expected[(s.name, tuple(sorted(labels.items())))] = float(s.value)
        shown = {(name, tuple((k, f"{float(v):g}" if k == "le" and v != "+Inf" else v) for k, v in labels)): value
                 for (name, labels), value in theirs.items()}
        self.assertEqual(shown, expected)

    def test_the_python_client_reads_all_that_runs_by_default(self):
        with Exporter(["--web.openmetrics-created"]) as exporter:
            found = {family.name: family for family in self.openmetrics(exporter)}
            self.assertEqual(found["bpf_exporter_build"].type, "info")
            self.assertEqual(found["process_cpu_seconds"].unit, "seconds")
            created, = (s for s in found["process_cpu_seconds"].samples if s.name.endswith("_created"))
            started, = found["process_start_time_seconds"].samples
            self.assertEqual(created.value, started.value)
            # A first event in between adds a family.
            known = {name.removesuffix("_total").removesuffix("_info") for name in self.protobuf(exporter)}
            self.assertLessEqual(set(found), known)

    def test_what_is_said_of_the_start_follows_a_clock_that_is_set(self):
        """Back, and forth: as if it had been right from the beginning."""
        with tempfile.NamedTemporaryFile() as ago:
            def set_back(seconds):
                ago.seek(0)
                ago.write(seconds.to_bytes(8, sys.byteorder, signed=True))
                ago.flush()

            def said():
                """When it began, and when it and a collector began to count."""
                lines = self.get(OPENMETRICS, exporter)[1].decode().splitlines()
                found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
                counted = next(name for name in found if name.startswith("node_task_") and "_created" in name)
                return [float(found[name]) for name in ("process_start_time_seconds", "process_cpu_seconds_created",
                                                        counted)]

            set_back(3600)
            environment = {"LD_PRELOAD": OLDCLOCK, "OLDCLOCK_FILE": ago.name}
            with Exporter(["--web.openmetrics-created", "--collector.disable-defaults", "--collector.task"],
                          environment=environment) as exporter:
                for seconds in 3600, 0, -86400, 3600:
                    set_back(seconds)
                    for value in said():
                        self.assertAlmostEqual(value, time.time() - seconds, delta=30)
                first, second = said(), said()
                self.assertEqual(first, second)

    def test_classic_buckets_can_be_left_out(self):
        with Exporter([*self.flags, "--web.native-histograms-only"]) as exporter:
            observe([10**9])
            self.values.append(10**9)  # which the other exporter sees as well
            h = self.protobuf(exporter)["node_observe_schema0_seconds"].metrics[0].histogram
            self.assertEqual((h.classic, h.native, h.count), ([], {0: 1}, 1))

    def test_promtool_reads_what_gzip_packed(self):
        if not have_prometheus():
            self.skipTest("needs promtool")
        status, headers, body = self.exporter.request("/metrics", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        checked = subprocess.run(["promtool", "check", "metrics"], input=gzip.decompress(body), capture_output=True)
        self.assertEqual((checked.returncode, checked.stderr.decode()), (0, ""))

    def test_zstd_unpacks_what_zstd_packed(self):
        status, headers, body = self.exporter.request("/metrics", headers={"Accept-Encoding": "gzip, zstd"})
        if headers["Content-Encoding"] == "gzip":
            self.skipTest("needs an exporter that was built with libzstd")
        self.assertEqual((status, headers["Content-Encoding"]), (200, "zstd"))
        if not shutil.which("zstd"):
            self.skipTest("needs zstd")
        unpacked = subprocess.run(["zstd", "-dc"], input=body, capture_output=True, check=True).stdout
        _, _, plain = self.exporter.request("/metrics")
        self.assertEqual(unpacked, plain)

    def test_compression_is_only_what_was_allowed(self):
        for accept in ("gzip;q=0", "identity", "br", "zstd;q=0", "identity;q=1, gzip;q=0.5, zstd;q=0.5"):
            with self.subTest(accept):
                _, headers, body = self.exporter.request("/metrics", headers={"Accept-Encoding": accept})
                self.assertIsNone(headers["Content-Encoding"])
                self.assertTrue(body.startswith(b"# HELP"))

    def test_head_has_the_headers_of_get(self):
        for accept in ("identity", "gzip", "zstd"):
            for kind in (CONTENT_TYPE, OPENMETRICS, PROTOBUF):
                asked = {"Accept": kind, "Accept-Encoding": accept}
                _, get, body = self.exporter.request("/metrics", headers=asked)
                status, head, nothing = self.exporter.request("/metrics", method="HEAD", headers=asked)
                self.assertEqual((status, nothing, len(body)), (200, b"", int(get["Content-Length"])))
                self.assertEqual(*({k: v for k, v in h.items() if k != "Date"} for h in (get, head)))

    def test_prometheus_stores_native_histograms(self):
        flags = ["--enable-feature=native-histograms"]
        with Prometheus(self.exporter.address, flags=flags) as prometheus:
            until(lambda: prometheus.query("histogram_count(node_observe_schema0_seconds)") == [len(self.values)], 30,
                  "the count of a native histogram is that of all values")
            target, = prometheus.get("/api/v1/targets")["activeTargets"]
            self.assertEqual((target["health"], target["lastError"]), ("up", ""))
            self.assertEqual(prometheus.query("node_observe_total"), [len(self.values)])
            self.check_quantiles(prometheus)
            self.check_above(prometheus)

    def check_quantiles(self, prometheus):
        """The quantile lies in the bucket of the exact one: off by less than a bucket is wide."""
        values = sorted(self.values)
        for schema in SCHEMAS:
            metric = f"node_observe_schema{schema}_seconds"
            total, = prometheus.query(f"histogram_sum({metric})")
            self.assertAlmostEqual(total, sum(values) / 1e9, places=6)
            for q in (0.25, 0.5, 0.9, 0.99):
                exact = values[math.ceil(q * len(values)) - 1] / 1e9
                got, = prometheus.query(f"histogram_quantile({q}, {metric})")
                self.assertLessEqual(abs(math.log2(got / exact)), 2.0**-schema, (metric, q, got, exact))

    def check_above(self, prometheus):
        """Values above all bounds count, and a quantile among them is infinite and no number that they had not."""
        large = sum(v > 2**32 for v in self.values)
        got = prometheus.query("histogram_count(node_observe_bytes)")
        self.assertEqual(got, [len(self.values)])
        share = 1 - large / len(self.values)
        self.assertEqual(prometheus.query(f"histogram_quantile({share + 0.001}, node_observe_bytes)"), [math.inf])
        below, = prometheus.query(f"histogram_quantile({share - 0.001}, node_observe_bytes)")
        self.assertLessEqual(below, 2**32)


if __name__ == "__main__":
    unittest.main()
