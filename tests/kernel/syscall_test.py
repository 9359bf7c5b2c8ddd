# SPDX-License-Identifier: GPL-2.0-only
"""The collector syscall against calls made here: of kinds that are so rare that nobody else makes them meanwhile,
or tried again where somebody did. Counts are exact; times are bounded by a clock in user space."""

import contextlib
import ctypes
import mmap
import os
import platform
import signal
import struct
import tempfile
import time
import unittest

from exporter import Exporter, delta
from truth import undisturbed

ONLY = ["--collector.disable-defaults", "--collector.syscall"]
MACHINE = platform.machine()
# What makes a child: its name, number and arguments. The C library makes clone of every fork, so nobody calls x86's.
FORKS = {"x86_64": ("fork", 57), "aarch64": ("clone", 220, signal.SIGCHLD, 0, 0, 0, 0)}
NOBODY = 1 << 22  # no process can have this number: pid_max is at most that


def x86_compat_load(test):
    """Makes calls of the 32-bit ABI: returns the function, how many it makes, and the 64-bit call of their number."""
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # push rbx; mov eax, 64 (getppid there); int 0x80; pop rbx; ret
    page.write(bytes.fromhex("53 b8 40000000 cd80 5b c3"))
    code = (ctypes.c_char * mmap.PAGESIZE).from_buffer(page)
    getppid32 = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(code))
    getppid32.code = code  # as long as the function
    if getppid32() != os.getppid():
        test.skipTest("this kernel runs no 32-bit calls")

    def load():
        for _ in range(100):
            getppid32()

    return load, 100, "semget"


ARM_PROGRAM = struct.pack(
    "<8I",
    0xE3A04064,  # mov r4, 100
    0xE3A070BF,  # again: mov r7, 191 (ugetrlimit)
    0xEF000000,  # svc 0
    0xE2544001,  # subs r4, r4, 1
    0x1AFFFFFB,  # bne again
    0xE3A00000,  # mov r0, 0
    0xE3A07001,  # mov r7, 1 (exit)
    0xEF000000)  # svc 0


def arm_compat_load(test):
    """The same, by a 32-bit program; the execve that starts it returns to it, and so counts, too."""
    headers, base = 52 + 32, 0x10000
    size = headers + len(ARM_PROGRAM)
    with tempfile.NamedTemporaryFile(delete=False) as f:
        test.addCleanup(os.unlink, f.name)
        f.write(b"\x7fELF\1\1\1".ljust(16, b"\0"))
        f.write(struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, base + headers, 52, 0, 0x5000000, 52, 32, 1, 0, 0, 0))
        f.write(struct.pack("<8I", 1, 0, base, base, size, size, 5, 0x1000))
        f.write(ARM_PROGRAM)
    os.chmod(f.name, 0o755)

    def load():
        os.waitpid(os.posix_spawn(f.name, [f.name], {}), 0)

    try:
        load()
    except OSError as e:
        test.skipTest(f"this machine runs no 32-bit programs: {e.strerror}")
    return load, 1 + 100, "semctl"


COMPAT_LOADS = {"x86_64": x86_compat_load, "aarch64": arm_compat_load}


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

    def test_a_fork_counts_once_though_it_returns_twice(self):
        libc, (name, *call) = ctypes.CDLL(None), FORKS[MACHINE]

        def load():
            for _ in range(50):
                child = libc.syscall(*call)
                if child == 0:
                    os._exit(0)
                os.waitpid(child, 0)

        with Exporter(ONLY) as exporter:
            self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": name}, 50))

    def test_calls_of_the_32_bit_abi_are_not_taken_for_64_bit_ones_of_the_same_number(self):
        load, number, name = COMPAT_LOADS[MACHINE](self)
        with Exporter(ONLY) as exporter:
            self.assert_grown(
                exporter, load,
                ("node_syscall_compat_calls_total", {}, number),
                ("node_syscall_calls_total", {"syscall": name}, 0))

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
