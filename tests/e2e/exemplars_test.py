# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus stores the exemplars that it is shown, and gives them back."""

import ctypes
import os
import struct
import time
import unittest

from exporter import Exporter
from prometheus import Prometheus
from workload import until

# Nobody else waits in it: a longer wait of another process would have the exemplar's place.
CALL = "semtimedop"
FLAGS = ["--collector.disable-defaults", "--collector.syscall", f"--collector.syscall.timed={CALL}"]
libc = ctypes.CDLL(None)


def wait(seconds):
    """For a semaphore that nobody raises."""
    semaphore = libc.semget(0, 1, 0o600)
    take_one = struct.pack("Hhh", 0, -1, 0)
    timeout = struct.pack("ll", 0, int(seconds * 1e9))
    libc.semtimedop(semaphore, take_one, 1, timeout)
    libc.semctl(semaphore, 0, 0)  # IPC_RMID


class ExemplarsTest(unittest.TestCase):
    def test_an_outlier_is_found_in_prometheus(self):
        with Exporter(FLAGS) as exporter, \
                Prometheus(exporter.address, flags=["--enable-feature=exemplar-storage"]) as prometheus:
            if not exporter.scrape().value("bpf_exporter_program_attached", program="enter"):
                self.skipTest("this kernel's system calls cannot be timed")
            until(lambda: prometheus.query('up{job="bpf_exporter"}') == [1], 30, "the target is up")
            wait(0.3)
            ended = time.time()

            def stored():
                """Those of this process."""
                return [(series["seriesLabels"]["syscall"], exemplar)
                        for series in prometheus.get("/api/v1/query_exemplars", query="node_syscall_seconds_bucket",
                                                     start=ended - 60, end=ended + 60)
                        for exemplar in series["exemplars"] if exemplar["labels"]["pid"] == str(os.getpid())]

            (syscall, found), = until(stored, 30, "the exemplar is stored")
            scraped = prometheus.query("count_over_time(up[1m])")[0]
            until(lambda: prometheus.query("count_over_time(up[1m])")[0] >= scraped + 2, 30, "two more scrapes")
            self.assertEqual(stored(), [(syscall, found)], "once")
        self.assertEqual(syscall, CALL)
        self.assertGreaterEqual(float(found["value"]), 0.3)
        self.assertAlmostEqual(found["timestamp"], ended, delta=0.2)
        self.assertNotIn("out of order", prometheus.log)


if __name__ == "__main__":
    unittest.main()
