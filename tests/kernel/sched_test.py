# SPDX-License-Identifier: GPL-2.0-only
"""The collector sched against what the kernel tells in /proc.

A bound of one event a CPU stands where the kernel counts first and calls our program then: a reader may come
between the two on each CPU.
"""

import contextlib
import glob
import itertools
import os
import time
import unittest

from dropins import dropins
from exporter import Exporter, delta
from truth import bracket
from workload import child, until

ONLY = ["--collector.disable-defaults", "--collector.sched"]
CPUS = os.cpu_count()
CPU = min(os.sched_getaffinity(0))
KINDS = ("voluntary", "preempted", "idle")


def read_file(path):
    with open(path) as f:
        return f.read()


def context_switches():
    return {"all": int(next(line for line in read_file("/proc/stat").splitlines() if line.startswith("ctxt")).split()[1])}


def switches_of(pids):
    """Switches away from these tasks, by kind."""
    numbers = {"voluntary": 0, "preempted": 0}
    for pid in pids:
        lines = dict(line.split(":\t") for line in read_file(f"/proc/{pid}/status").splitlines() if "ctxt" in line)
        numbers["voluntary"] += int(lines["voluntary_ctxt_switches"])
        numbers["preempted"] += int(lines["nonvoluntary_ctxt_switches"])
    return numbers


def run_delay(pid):
    """Seconds that a task waited for a CPU."""
    return int(read_file(f"/proc/{pid}/schedstat").split()[1]) / 1e9


def run_delay_of_all():
    total = 0
    for path in glob.glob("/proc/[0-9]*/task/[0-9]*"):
        with contextlib.suppress(OSError):
            total += int(read_file(path + "/schedstat").split()[1])
    return total / 1e9


def migrations_of(pid):
    lines = dict(line.split(":") for line in read_file(f"/proc/{pid}/sched").splitlines() if ":" in line)
    return int({name.strip(): value for name, value in lines.items()}["se.nr_migrations"])


def spin(cpu):
    os.sched_setaffinity(0, {cpu})
    while True:
        pass


def echo(cpu, requests, replies):
    os.sched_setaffinity(0, {cpu})
    while os.read(requests, 1):
        os.write(replies, b"x")


def hop(times):
    """Move to another CPU and back, `times` in all."""
    for i in range(times):
        os.sched_setaffinity(0, {i % 2})


def move(pids, seconds):
    """One after the other is moved to the next CPU, many in the midst of a wait."""
    cpus, end = sorted(os.sched_getaffinity(0)), time.monotonic() + seconds
    for i in itertools.count():
        if time.monotonic() >= end:
            break
        os.sched_setaffinity(pids[i % len(pids)], {cpus[i // len(pids) % len(cpus)]})
        time.sleep(0.001)


@contextlib.contextmanager
def spinners(number):
    """That many tasks that want one CPU all the time, once all of them have waited for it."""
    with contextlib.ExitStack() as stack:
        pids = [stack.enter_context(child(spin, CPU)) for _ in range(number)]
        until(lambda: all(run_delay(pid) > 0.05 for pid in pids), what="every task has waited")
        yield pids


class Sched(unittest.TestCase):
    def test_switches_are_those_of_proc_stat(self):
        requests, replies = os.pipe(), os.pipe()

        def ping_pong():
            for _ in range(5000):
                os.write(requests[1], b"x")
                os.read(replies[0], 1)

        with Exporter(ONLY) as exporter, child(echo, CPU, requests[0], replies[1]):
            before, after, least, most = bracket(exporter, context_switches, ping_pong)
        switches = sum(delta(before, after, "node_sched_switches_total", kind=kind) for kind in KINDS)
        self.assertGreater(switches, 5000)
        self.assertGreaterEqual(switches, least["all"] - CPUS)
        self.assertLessEqual(switches, most["all"] + CPUS)

    def test_tasks_that_wait_switch_voluntarily(self):
        requests, replies = os.pipe(), os.pipe()

        def ping_pong():
            for _ in range(5000):
                os.write(requests[1], b"x")
                os.read(replies[0], 1)

        with Exporter(ONLY) as exporter, child(echo, CPU, requests[0], replies[1]) as pid:
            before, after, least, _ = bracket(exporter, lambda: switches_of([pid, os.getpid()]), ping_pong)
        self.assertGreater(least["voluntary"], 5000)
        self.assertGreaterEqual(
            delta(before, after, "node_sched_switches_total", kind="voluntary"), least["voluntary"])

    def test_tasks_that_want_the_same_cpu_are_preempted(self):
        def preempted():
            return switches_of(pids)["preempted"]

        def compete():
            enough = preempted() + 100
            until(lambda: preempted() > enough, 20, "they preempt each other")

        with Exporter(ONLY) as exporter, spinners(3) as pids:
            before, after, least, _ = bracket(exporter, lambda: switches_of(pids), compete)
        self.assertGreaterEqual(
            delta(before, after, "node_sched_switches_total", kind="preempted"), least["preempted"])

    def test_each_switch_to_a_task_is_one_wait(self):
        """Switches to the idle task are as many as from it, up to one a CPU. The two maps are read one after the
        other, a few microseconds: another CPU may switch some times meanwhile."""
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            for _ in range(100):
                os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
            after = exporter.scrape()
        waits = delta(before, after, "node_sched_runqueue_latency_seconds").count
        switches = sum(delta(before, after, "node_sched_switches_total", kind=kind) for kind in KINDS[:2])
        self.assertGreater(waits, 100)
        self.assertAlmostEqual(waits, switches, delta=CPUS + 2 * 5)

    def test_waits_are_those_of_schedstat(self):
        """Not below what the load's tasks waited: they are tied to their CPU, so all of it is known when they run.
        Not above what all tasks waited, and a twentieth for tasks that ended meanwhile; tried again where those of
        others waited for more."""
        def read():
            return {"load": sum(map(run_delay, pids)), "all": run_delay_of_all()}

        with Exporter(ONLY) as exporter, spinners(8) as pids:
            for _ in range(10):
                before, after, least, most = bracket(exporter, read, lambda: time.sleep(0.5))
                waited = delta(before, after, "node_sched_runqueue_latency_seconds").sum
                self.assertGreaterEqual(waited, least["load"])
                if waited <= most["all"] * 1.05:
                    break
        self.assertLessEqual(waited, most["all"] * 1.05)

    def test_waits_agree_with_a_clock(self):
        """Of four tasks on one CPU three wait at any time. A turn's wait counts when it ends: up to one turn of each
        is missing, or too much, and others on the CPU push all four aside."""
        with Exporter(ONLY) as exporter, spinners(4):
            before = exporter.scrape()
            started = time.monotonic()
            time.sleep(2)
            seconds = time.monotonic() - started
            after = exporter.scrape()
        wait = delta(before, after, "node_sched_runqueue_latency_seconds")
        self.assertGreaterEqual(wait.sum, 3 * seconds * 0.9)
        self.assertGreater(wait.above("0.001953125"), 100)

    def test_waits_agree_with_those_by_stamps(self):
        """What stamps from the wake-up say lies between what the collector said before and after, but for a tenth: also
        where tasks are moved while they wait."""
        name, stamps = "node_sched_runqueue_latency_seconds", "node_wakeup_latency_seconds"
        with dropins("wakeup") as directory, Exporter(
                [*ONLY, f"--collector.directory={directory}", "--collector.wakeup"]) as exporter:
            if not exporter.scrape().value("bpf_exporter_collector_success", collector="wakeup"):
                self.skipTest("this kernel has no task storage")
            with spinners(4) as pids:
                before = [exporter.scrape() for _ in range(3)]
                move(pids, 2)
                after = [exporter.scrape() for _ in range(3)]
        least, most = delta(before[2], after[0], name), delta(before[0], after[2], name)
        wait = delta(before[1], after[1], stamps)
        self.assertTrue(least.count * 0.9 <= wait.count <= most.count * 1.1, (least.count, wait.count, most.count))
        self.assertTrue(least.sum * 0.9 <= wait.sum <= most.sum * 1.1, (least.sum, wait.sum, most.sum))

    @unittest.skipUnless(read_file("/sys/devices/system/cpu/isolated").strip() == "1", "CPU 1 is not isolated")
    def test_moves_to_and_from_an_isolated_cpu_are_apart(self):
        affinity = os.sched_getaffinity(0)
        try:
            with Exporter(ONLY) as exporter:
                hop(2)
                before = exporter.scrape()
                hop(200)
                after = exporter.scrape()
        finally:
            os.sched_setaffinity(0, affinity)
        moves = {d: delta(before, after, "node_sched_migrations_total", distance=d) for d in ("llc", "remote", "apart")}
        self.assertGreaterEqual(moves["apart"], 199)
        self.assertEqual(moves["remote"], 0)

    @unittest.skipUnless({0, 1} <= os.sched_getaffinity(0), "there is one CPU: nothing can migrate")
    def test_each_move_of_a_task_is_one_migration(self):
        def read():
            return {"own": migrations_of(os.getpid())}

        affinity = os.sched_getaffinity(0)
        try:
            with Exporter(ONLY) as exporter:
                hop(2)
                before, after, least, most = bracket(exporter, read, lambda: hop(500))
        finally:
            os.sched_setaffinity(0, affinity)
        moves = sum(delta(before, after, "node_sched_migrations_total", distance=d) for d in ("llc", "remote", "apart"))
        self.assertGreaterEqual(least["own"], 499)
        self.assertGreaterEqual(moves, least["own"])
        self.assertLess(moves, most["own"] + 500, "others of the machine moved more than we did")


if __name__ == "__main__":
    unittest.main()
