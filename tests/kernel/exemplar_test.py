# SPDX-License-Identifier: GPL-2.0-only
"""Exemplars against outliers that are made here: whose they are, how long they took, when."""

import contextlib
import ctypes
import os
import re
import select
import signal
import tempfile
import time
import unittest

from exporter import Exporter
from workload import child

ONLY = "--collector.disable-defaults"
ACCEPT = {"Accept": "application/openmetrics-text; version=1.0.0"}
LINE = re.compile(r'^(\w+)_bucket\{(.*)\} \d+ # \{(.*)\} ([-+.e0-9]+) ([.0-9]+)$', re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
CPU = min(os.sched_getaffinity(0))
PR_SET_NAME = 15
libc = ctypes.CDLL(None, use_errno=True)


class Exemplar:
    def __init__(self, match):
        self.metric, self.series, self.labels = match[1], dict(LABEL.findall(match[2])), dict(LABEL.findall(match[3]))
        self.value, self.time = float(match[4]), float(match[5])

    def __repr__(self):
        return f"{self.metric}{self.series} {self.labels} {self.value} at {self.time}"


def exemplars(exporter, metric):
    status, headers, body = exporter.request("/metrics", headers=ACCEPT)
    assert status == 200 and headers["Content-Type"].startswith("application/openmetrics-text"), headers
    return [e for e in map(Exemplar, LINE.finditer(body.decode())) if e.metric == metric]


def own_cgroup():
    """This process's path in cgroup2, as far as it is mounted at its root; else None."""
    with open("/proc/self/cgroup") as f:
        paths = [line.rstrip("\n").split("::", 1)[1] for line in f if line.startswith("0::")]
    return paths[0] if paths else None


def be_called(name):
    libc.prctl(PR_SET_NAME, name, 0, 0, 0)


class ExemplarTest(unittest.TestCase):
    def check_bucket(self, exemplar):
        """It stands at the bucket that counts it: at or below `le`, above the bound before."""
        bound = float(exemplar.series["le"])
        self.assertLessEqual(exemplar.value, bound)
        if bound != float("inf"):
            self.assertGreater(exemplar.value, bound / 2)

    @contextlib.contextmanager
    def timing_a_rare_call(self, *flags):
        """One that nobody else makes, and that takes as long as it is told to."""
        with Exporter([ONLY, "--collector.syscall", "--collector.syscall.timed=rt_sigtimedwait", *flags]) as exporter:
            if not exporter.scrape().value("bpf_exporter_program_attached", program="enter"):
                self.skipTest("this kernel's system calls cannot be timed")
            yield exporter

    def test_a_slow_call_shows_its_process(self):
        with self.timing_a_rare_call() as exporter:
            self.assertEqual(exemplars(exporter, "node_syscall_seconds"), [])
            before = time.time()
            signal.sigtimedwait([signal.SIGUSR2], 0.3)
            after = time.time()
            found, = exemplars(exporter, "node_syscall_seconds")
            again, = exemplars(exporter, "node_syscall_seconds")
        self.assertEqual(found.series["syscall"], "rt_sigtimedwait")
        self.check_bucket(found)
        with open("/proc/self/comm") as f:
            self.assertEqual(found.labels["comm"], f.read().rstrip("\n"))
        self.assertEqual(found.labels["pid"], str(os.getpid()))
        if (cgroup := own_cgroup()) and len(cgroup) < 80:
            self.assertEqual(found.labels["cgroup"], cgroup)
        self.assertTrue(0.3 <= found.value <= after - before, found)
        self.assertTrue(before + found.value <= found.time <= after + 0.001, found)
        self.assertEqual((again.time, again.value), (found.time, found.value), "nothing has happened since")

    def test_only_outliers_become_exemplars_and_none_where_it_is_off(self):
        for outlier_ns, expected in (("0", 0), ("400000000", 0), ("100000000", 1)):
            with self.timing_a_rare_call(f"--collector.syscall.outlier_ns={outlier_ns}") as exporter:
                signal.sigtimedwait([signal.SIGUSR2], 0.2)
                self.assertEqual(len(exemplars(exporter, "node_syscall_seconds")), expected, outlier_ns)

    def test_the_highest_stays_for_its_minute(self):
        self.addCleanup(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, {CPU})  # one copy
        with self.timing_a_rare_call("--collector.syscall.outlier_ns=1000000") as exporter:
            shown = []
            for seconds in (0.02, 0.2, 0.05):
                signal.sigtimedwait([signal.SIGUSR2], seconds)
                found, = exemplars(exporter, "node_syscall_seconds")
                shown.append(found.value)
        self.assertTrue(0.02 <= shown[0] < 0.2 <= shown[1], shown)
        self.assertEqual(shown[1], shown[2])

    def test_a_slow_sync_shows_its_process(self):
        """Others may sync meanwhile: then once more."""
        with Exporter([ONLY, "--collector.fsync", "--collector.fsync.tracepoints=1",
                       "--collector.fsync.outlier_ns=1"]) as exporter, tempfile.NamedTemporaryFile() as file:
            for _ in range(10):
                file.write(b"x" * 65536)
                file.flush()
                before = time.monotonic()
                os.fsync(file.fileno())
                seconds = time.monotonic() - before
                found = [e for e in exemplars(exporter, "node_fs_sync_seconds") if e.series["call"] == "fsync"]
                if found and found[0].labels["pid"] == str(os.getpid()) and found[0].value <= seconds:
                    break
            self.assertEqual(len(found), 1)
            self.assertEqual(found[0].labels["pid"], str(os.getpid()))
            self.assertLessEqual(found[0].value, seconds)
            self.check_bucket(found[0])

    def test_a_starved_task_shows_as_who_waited(self):
        """A real-time task keeps a CPU from another that was just woken. What waited there before waits longer, and
        may be shown instead: then once more, longer than all before."""
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        except PermissionError:
            self.skipTest("real-time priorities are not allowed here")

        def starved():
            be_called(b"starved one")
            os.sched_setaffinity(0, {CPU})
            while select.select([asleep], [], [])[0] and os.read(asleep, 1):
                os.write(done, b"x")

        asleep, wake = os.pipe()
        ended, done = os.pipe()
        with Exporter([ONLY, "--collector.sched", "--collector.sched.outlier_ns=100000000"]) as exporter, \
                child(starved) as pid:
            for attempt in range(20):
                seconds = 0.15 + 0.02 * attempt
                with child(hog, wake, seconds):
                    self.assertTrue(select.select([ended], [], [], 10)[0], "the starved task ran")
                    os.read(ended, 1)
                found = exemplars(exporter, "node_sched_runqueue_latency_seconds")
                if any(e.labels["pid"] == str(pid) for e in found):
                    break
        self.assertEqual([(e.labels["pid"], e.labels["comm"]) for e in found], [(str(pid), "starved one")])
        self.assertGreaterEqual(found[0].value, seconds * 0.98)
        self.assertLess(found[0].value, seconds + 1)
        self.check_bucket(found[0])


def hog(wake, seconds):
    """Wakes a task on the CPU that it then keeps for itself."""
    os.sched_setaffinity(0, {CPU})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    time.sleep(0.01)  # what was queued here before may go elsewhere, or run
    until = time.monotonic() + seconds
    os.write(wake, b"x")
    while time.monotonic() < until:
        pass
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    signal.pause()


if __name__ == "__main__":
    unittest.main()
