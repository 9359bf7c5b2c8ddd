# SPDX-License-Identifier: GPL-2.0-only
"""The collector syscall against calls made here: of kinds that are so rare that nobody else makes them meanwhile,
or tried again where somebody did. Counts are exact; times are bounded by a clock in user space."""

import contextlib
import ctypes
import mmap
import os
import platform
import signal
import time
import unittest

from exporter import Exporter, delta
from truth import undisturbed

ONLY = ["--collector.disable-defaults", "--collector.syscall"]
X86 = platform.machine() == "x86_64"
FORK = 57  # x86-64 only; the C library makes clone of it
NOBODY = 1 << 22  # no process can have this number: pid_max is at most that


class Syscall(unittest.TestCase):
    def grown(self, exporter, load, *metrics):
        """What the metrics, (name, labels), grow by during load()."""
        before = exporter.scrape()
        load()
        after = exporter.scrape()
        return {f"{name}{labels}": delta(before, after, name, **labels) for name, labels in metrics}

    def assert_grown(self, exporter, load, *wanted):
        """Each of `wanted`, (name, labels, number), grows by just that number during load()."""
        metrics = [(name, labels) for name, labels, _ in wanted]
        numbers = {f"{name}{labels}": number for name, labels, number in wanted}
        self.assertEqual(undisturbed(lambda: self.grown(exporter, load, *metrics), numbers), numbers)

    def test_calls_count_exactly(self):
        def load():
            for _ in range(1000):
                os.sched_rr_get_interval(0)

        with Exporter(ONLY) as exporter:
            self.assert_grown(exporter, load, (
                "node_syscall_calls_total", {"syscall": "sched_rr_get_interval"}, 1000))

    def test_errors_count_exactly_and_by_number(self):
        def load():
            for _ in range(300):
                with contextlib.suppress(ProcessLookupError):
                    os.getsid(NOBODY)
            for _ in range(200):
                os.getsid(0)

        with Exporter(ONLY) as exporter:
            self.assert_grown(
                exporter, load,
                ("node_syscall_calls_total", {"syscall": "getsid"}, 500),
                ("node_syscall_errors_total", {"syscall": "getsid"}, 300),
                ("node_syscall_errors_total", {"syscall": "getsid", "errno": "ESRCH"}, 300))

    @unittest.skipUnless(X86, "only x86-64 has a fork that nobody else calls")
    def test_a_fork_counts_once_though_it_returns_twice(self):
        libc = ctypes.CDLL(None)

        def load():
            for _ in range(50):
                child = libc.syscall(FORK)
                if child == 0:
                    os._exit(0)
                os.waitpid(child, 0)

        with Exporter(ONLY) as exporter:
            self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": "fork"}, 50))

    @unittest.skipUnless(X86, "only x86-64 can make 32-bit calls from a 64-bit program")
    def test_calls_of_the_32_bit_abi_are_not_taken_for_64_bit_ones_of_the_same_number(self):
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        # push rbx; mov eax, 64 (getppid there, semget in 64 bits); int 0x80; pop rbx; ret
        page.write(bytes.fromhex("53 b8 40000000 cd80 5b c3"))
        code = (ctypes.c_char * mmap.PAGESIZE).from_buffer(page)
        getppid32 = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(code))
        if getppid32() != os.getppid():
            self.skipTest("this kernel runs no 32-bit calls")

        def load():
            for _ in range(100):
                getppid32()

        with Exporter(ONLY) as exporter:
            self.assert_grown(
                exporter, load,
                ("node_syscall_compat_calls_total", {}, 100),
                ("node_syscall_calls_total", {"syscall": "semget"}, 0))

    def test_times_are_those_of_the_chosen_calls_only(self):
        before, wall = None, 0
        with Exporter([*ONLY, "--collector.syscall.timed=rt_sigtimedwait,sched_rr_get_interval"]) as exporter:
            before = exporter.scrape()
            if not before.value("bpf_exporter_program_attached", collector="syscall", program="enter"):
                self.skipTest("this kernel has no task storage")
            for _ in range(20):
                started = time.monotonic()
                signal.sigtimedwait([signal.SIGUSR1], 0.01)
                wall += time.monotonic() - started
                os.sched_rr_get_interval(0)
                os.getsid(0)
            after = exporter.scrape()
        waited = delta(before, after, "node_syscall_seconds", syscall="rt_sigtimedwait")
        self.assertEqual(waited.count, 20)
        self.assertEqual(delta(before, after, "node_syscall_seconds", syscall="sched_rr_get_interval").count, 20)
        self.assertEqual(after.labels("node_syscall_seconds", "syscall"), {"rt_sigtimedwait", "sched_rr_get_interval"})
        for call in "rt_sigtimedwait", "sched_rr_get_interval":
            self.assertEqual(delta(before, after, "node_syscall_calls_total", syscall=call), 20)
        # The kernel never waits for less than it was asked to, and its time is within that of the program.
        self.assertGreaterEqual(waited.sum, 20 * 0.01)
        self.assertLess(waited.sum, wall)
        self.assertEqual(waited.buckets["0.0078125"], 0)
        self.assertEqual(after.value("bpf_exporter_events_lost_total", collector="syscall", cause="no_start"), 0)

    def test_without_the_parameter_no_time_is_shown_and_no_beginning_watched(self):
        with Exporter(ONLY) as exporter:
            scrape = exporter.scrape()
        self.assertNotIn("node_syscall_seconds", scrape.families)
        self.assertEqual(scrape.value("bpf_exporter_program_attached", collector="syscall", program="enter"), 0)


if __name__ == "__main__":
    unittest.main()
