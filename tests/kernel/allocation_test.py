# SPDX-License-Identifier: GPL-2.0-only
"""A warm scrape allocates nothing for its samples: as many allocations for ten series as for ten thousand."""

import os
import struct
import tempfile
import unittest

from dropins import BUILD, dropins, fill
from exporter import Exporter

# The library that serves HTTP allocates once more or less by how a request arrives: in one piece or two.
HTTP_VARIES = 3

PRELOAD = os.path.join(BUILD, "tools", "malloccount.so")


class Allocation(unittest.TestCase):
    def allocations_of_a_scrape(self, flags, prepare=lambda pid: None, path="/metrics", headers=None):
        """The least of many: a connection's thread or a log line may allocate in between, on a busy machine often."""
        with tempfile.NamedTemporaryFile() as count:
            environment = {"LD_PRELOAD": os.path.abspath(PRELOAD), "MALLOC_COUNT": count.name}

            def calls():
                with open(count.name, "rb") as f:
                    return struct.unpack("Q", f.read())[0]

            with Exporter(flags, environment=environment) as x:
                prepare(x.pid)
                counts = []
                for _ in range(60):
                    before = calls()
                    x.request(path, headers=headers)
                    counts.append(calls() - before)
            return min(counts[4:])  # the first ones warm up

    def test_ten_thousand_series_cost_no_more_allocations_than_ten(self):
        with dropins("series") as directory:
            flags = ["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.series"]
            few = self.allocations_of_a_scrape(flags, lambda pid: fill(pid, "many", "put", 10))
            many = self.allocations_of_a_scrape(flags, lambda pid: fill(pid, "many", "put", 10000))
        self.assertGreater(few, 0)  # the counter counts: HTTP itself allocates
        self.assertLessEqual(many, few + HTTP_VARIES)

    def test_a_filtered_scrape_allocates_nothing_for_its_samples(self):
        path = "/metrics?collect[]=series&name[]=node_series_many_total"
        with dropins("series") as directory:
            flags = ["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.series"]
            few, many = (self.allocations_of_a_scrape(flags, lambda pid: fill(pid, "many", "put", n), path)
                         for n in (10, 10000))
        self.assertLessEqual(many, few + HTTP_VARIES)

    def test_no_format_allocates_for_its_samples(self):
        with dropins("series") as directory:
            flags = ["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.series"]
            for accept, coding in (("application/openmetrics-text", "gzip"), ("application/openmetrics-text", "zstd"),
                                   ("application/vnd.google.protobuf", "gzip")):
                headers = {"Accept": accept, "Accept-Encoding": coding}
                with self.subTest(f"{accept}, {coding}"):
                    few, many = (self.allocations_of_a_scrape(flags, lambda pid: fill(pid, "many", "put", n),
                                                              headers=headers) for n in (10, 10000))
                    self.assertLessEqual(many, few + HTTP_VARIES)

    def test_the_default_set_costs_no_more_allocations_than_one_collector(self):
        one = self.allocations_of_a_scrape(["--collector.disable-defaults", "--collector.oom"])
        self.assertLessEqual(self.allocations_of_a_scrape([]), one + HTTP_VARIES)


if __name__ == "__main__":
    unittest.main()
