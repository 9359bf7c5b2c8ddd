# SPDX-License-Identifier: GPL-2.0-only
"""A hundred scrapes a second: all are answered, and neither memory nor descriptors grow. scripts/endure does it for ten
minutes; here it is as long as ENDURE_SECONDS says, or a few seconds."""

import concurrent.futures
import http.client
import itertools
import os
import time
import unittest

from exporter import Exporter
from privilege import why_no_bpf

SECONDS = float(os.environ.get("ENDURE_SECONDS", "8"))
RATE, CLIENTS = 100, 4
ACCEPTS = ("text/plain", "application/openmetrics-text;version=1.0.0",
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
GROWTH_BYTES = 1 << 19
# Of others there are more series, and more memory, the more the machine does.
FLAGS = ["--collector.disable-defaults", "--collector.softirq"]


class EnduranceTest(unittest.TestCase):
    def setUp(self):
        if reason := why_no_bpf():
            self.skipTest(reason)

    def scrape(self, exporter, number, seconds):
        """At the rate of one client; by a connection that is kept, and now and then by a new one."""
        end, connection, answered = time.monotonic() + seconds, None, 0
        for i in itertools.count():
            if time.monotonic() > end:
                break
            if i % 50 == 0:
                if connection:
                    connection.close()
                connection = http.client.HTTPConnection(exporter.host, exporter.port, timeout=30)
            connection.request("GET", "/metrics", headers={"Accept": ACCEPTS[(i + number) % len(ACCEPTS)],
                                                           "Accept-Encoding": "gzip" if i % 2 else "identity"})
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, 200)
            answered += 1
            time.sleep(CLIENTS / RATE)
        connection.close()
        return answered

    def load(self, exporter, seconds):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(lambda number: self.scrape(exporter, number, seconds), range(CLIENTS)))

    def test_memory_is_flat_at_a_hundred_scrapes_a_second(self):
        with Exporter(FLAGS) as exporter:
            self.load(exporter, max(3, SECONDS / 20))  # what a scrape needs is there by then
            before, descriptors = exporter.resident_bytes(), len(os.listdir(f"/proc/{exporter.pid}/fd"))
            cpu = exporter.cpu_seconds()
            answered = self.load(exporter, SECONDS)
            grown = exporter.resident_bytes() - before
            print(f"# {answered} scrapes in {SECONDS:.0f} s, {(exporter.cpu_seconds() - cpu) / answered * 1e3:.2f} ms of "
                  f"CPU each; memory {before >> 10} KiB and {grown >> 10} more")
            self.assertGreater(answered, SECONDS * RATE / 4)
            self.assertLess(grown, GROWTH_BYTES)
            self.assertLessEqual(len(os.listdir(f"/proc/{exporter.pid}/fd")), descriptors + CLIENTS)


if __name__ == "__main__":
    unittest.main()
