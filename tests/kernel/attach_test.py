# SPDX-License-Identifier: GPL-2.0-only
"""Ways to attach against a number of calls that is known: N calls of a function are N, whichever way they are seen."""

import contextlib
import os
import subprocess
import threading
import time
import unittest

from dropins import BUILD, dropins
from exporter import Exporter
from privilege import why_no_bpf
from workload import until

CALLS = 211
TOOLS = os.path.abspath(os.path.join(BUILD, "tools"))


class Probed:
    """tests/tools/probed, asked to do everything N times."""

    def __init__(self):
        self.process = subprocess.Popen([f"{TOOLS}/probed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def do(self, times):
        """Returns the page faults that it has had by then."""
        print(times, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@contextlib.contextmanager
def exporter(name, *flags):
    with dropins(name) as directory:
        flags = ["--collector.disable-defaults", f"--collector.directory={directory}", f"--collector.{name}", *flags]
        with Exporter(flags, environment={"PATH": f"{TOOLS}:{os.environ['PATH']}"}) as x:
            yield x


def link(path):
    """Where it leads; nowhere once it is gone, as a connection's descriptor may be."""
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""


class Attach(unittest.TestCase):
    def setUp(self):
        if why_no_bpf():
            self.skipTest(why_no_bpf())


class Binary(Attach):
    def test_every_call_in_a_process_is_seen(self):
        with Probed() as probed, exporter("binary") as x:
            probed.do(CALLS)
            s = x.scrape()
        self.assertEqual(s.value("node_binary_calls_total"), CALLS)
        self.assertEqual(s.value("node_binary_arguments_total"), sum(range(CALLS)))
        self.assertEqual(s.value("node_binary_results_total"), 3 * sum(range(CALLS)))
        self.assertEqual(s.value("node_binary_steps_total"), CALLS)

    def test_every_pass_of_a_static_probe_is_seen(self):
        with Probed() as probed, exporter("binary") as x:
            if not x.scrape().value("bpf_exporter_program_attached", program="probe_passed"):
                self.skipTest("static probes of any process want BPF cookies (5.15)")
            probed.do(CALLS)
            s = x.scrape()
        self.assertEqual(s.value("node_binary_passes_total"), CALLS)
        self.assertEqual(s.value("node_binary_passed_total"), sum(range(CALLS)))

    def test_what_a_binary_does_not_have_is_absent(self):
        with exporter("binary") as x:
            s = x.scrape()
        self.assertEqual(s.series("node_binary_never_total"), [])
        for program in "no_function", "no_probe", "no_binary":
            self.assertEqual(s.value("bpf_exporter_program_attached", program=program), 0)


class Sample(Attach):
    def test_the_clock_is_sampled_on_every_cpu_at_its_rate(self):
        rate = 49 * os.sysconf("SC_NPROCESSORS_ONLN")
        with exporter("sample") as x:
            times = [time.monotonic()]
            before = x.scrape().value("node_sample_ticks_total")
            times.append(time.monotonic())
            until(lambda: x.scrape().value("node_sample_ticks_total") >= before + rate, what="a second of samples")
            times.append(time.monotonic())
            ticks = x.scrape().value("node_sample_ticks_total") - before
            times.append(time.monotonic())
        # A machine that stands still for a while has none: there is no lower bound but the condition above.
        self.assertLessEqual(ticks, rate * (times[3] - times[0]) + os.sysconf("SC_NPROCESSORS_ONLN"))

    def test_every_event_is_counted_with_a_period_of_one(self):
        with Probed() as probed, exporter("sample", f"--collector.sample.watched={probed.pid}") as x:
            faults = probed.do(CALLS)
            s = x.scrape()
        self.assertGreaterEqual(faults, CALLS)
        self.assertEqual(s.value("node_sample_faults_total"), faults)

    def test_unknown_events_and_rates_without_bounds_are_refused(self):
        with exporter("sample") as x:
            self.assertEqual(x.scrape().series("node_sample_never_total"), [])

    def test_each_event_is_open_once_on_every_cpu(self):
        with exporter("sample") as x:
            links = [link(f"/proc/{x.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{x.pid}/fd")]
        self.assertEqual(links.count("anon_inode:[perf_event]"), 2 * os.sysconf("SC_NPROCESSORS_ONLN"))


class Iterator(Attach):
    def test_it_walks_once_a_scrape_before_the_maps_are_read(self):
        end = threading.Event()
        threads = [threading.Thread(target=end.wait) for _ in range(17)]
        with exporter("thread", f"--collector.thread.watched={os.getpid()}") as x:
            for number in range(1, 4):
                for thread in threads[5 * number:5 * (number + 1)]:
                    thread.start()
                s = x.scrape()
                self.assertEqual(s.value("node_thread_walks_total"), number)
                self.assertEqual(s.value("node_thread_threads"), len(os.listdir("/proc/self/task")))
            end.set()
            for thread in threads:
                if thread.ident:
                    thread.join()
            until(lambda: x.scrape().value("node_thread_threads") == len(os.listdir("/proc/self/task")))

    def test_a_kind_of_object_that_the_kernel_lacks_is_a_reason(self):
        with exporter("thread") as x:
            self.assertEqual(x.scrape().value("bpf_exporter_program_attached", program="see_nothing"), 0)


if __name__ == "__main__":
    unittest.main()
