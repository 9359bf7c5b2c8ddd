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

import seccomp
from exporter import Exporter, delta
from truth import undisturbed
from workload import child, crowd, until

ONLY = ["--collector.disable-defaults", "--collector.syscall"]
MACHINE = platform.machine()
# What makes a child: its name, number and arguments. The C library makes clone of every fork, so nobody calls x86's.
FORKS = {"x86_64": ("fork", 57), "aarch64": ("clone", 220, signal.SIGCHLD, 0, 0, 0, 0)}
# Rare calls by their numbers.
CALLS = {
    "x86_64": {"readv": 19, "nanosleep": 35, "getsid": 124, "execveat": 322},
    "aarch64": {"readv": 65, "nanosleep": 101, "getsid": 156, "execveat": 281},
}[MACHINE]
LOST = "bpf_exporter_events_lost_total"
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


def call(name, *arguments):
    return ctypes.CDLL(None).syscall(CALLS[name], *arguments)


def sleep_for(seconds):
    return call("nanosleep", ctypes.byref((ctypes.c_long * 2)(seconds, 0)), None)


def read_vector(fd):
    buffer = ctypes.create_string_buffer(1)
    return call("readv", fd, ctypes.byref((ctypes.c_size_t * 2)(ctypes.addressof(buffer), 1)), 1)


def is_in(pid, name):
    with open(f"/proc/{pid}/syscall") as f:
        return f.read().split()[0] == str(CALLS[name])


class Interrupted:
    """A process that makes one call, which signals interrupt."""

    def __init__(self, name, make, restarts):
        self.name, self.make, self.restarts = name, make, restarts
        self.handled = os.pipe()

    def run(self):
        os.set_blocking(self.handled[1], False)
        signal.set_wakeup_fd(self.handled[1])
        signal.signal(signal.SIGUSR1, lambda *_: None)
        signal.siginterrupt(signal.SIGUSR1, not self.restarts)
        self.make()

    @contextlib.contextmanager
    def under_way(self):
        with child(self.run) as self.pid:
            self.wait()
            yield
            os.waitpid(self.pid, 0)
        for fd in self.handled:
            os.close(fd)

    def wait(self):
        until(lambda: is_in(self.pid, self.name), what="the process waits in its call")

    def interrupt(self):
        os.kill(self.pid, signal.SIGUSR1)
        os.read(self.handled[0], 1)

    def stop_and_go_on(self):
        os.kill(self.pid, signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)
        os.kill(self.pid, signal.SIGCONT)


def answered_by_seccomp(steps, load):
    """load() in a process whose calls a filter answers."""
    def run():
        signal.signal(signal.SIGSYS, lambda *_: None)
        seccomp.install(steps)
        load()

    with child(run) as pid:
        os.waitpid(pid, 0)


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

    def test_a_call_counts_once_however_often_signals_interrupt_it(self):
        def load():
            pipe = os.pipe()
            call = Interrupted("readv", lambda: read_vector(pipe[0]), restarts=True)
            with call.under_way():
                for _ in range(30):
                    call.interrupt()
                    call.wait()
                os.write(pipe[1], b"x")
            for fd in pipe:
                os.close(fd)

        with Exporter(ONLY) as exporter:
            self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": "readv"}, 1),
                              ("node_syscall_errors_total", {"syscall": "readv"}, 0))

    def test_a_call_that_a_handler_ends_counts_once_as_what_its_program_sees(self):
        for name, make in ("readv", lambda: read_vector(os.pipe()[0])), ("nanosleep", lambda: sleep_for(100)):
            def load():
                call = Interrupted(name, make, restarts=False)
                with call.under_way():
                    call.interrupt()

            with self.subTest(name), Exporter(ONLY) as exporter:
                self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": name}, 1),
                                  ("node_syscall_failures_total", {"syscall": name}, 1),
                                  ("node_syscall_errors_total", {"syscall": name, "errno": "EINTR"}, 1),
                                  ("node_syscall_errors_total", {"syscall": name}, 1))

    def test_a_restarted_call_keeps_its_name_and_its_beginning(self):
        def load():
            call = Interrupted("nanosleep", lambda: sleep_for(1), restarts=True)
            with call.under_way():
                for _ in range(3):
                    call.stop_and_go_on()

        with Exporter([*ONLY, "--collector.syscall.timed=nanosleep,restart_syscall"]) as exporter:
            before = exporter.scrape()
            self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": "nanosleep"}, 1),
                              ("node_syscall_calls_total", {"syscall": "restart_syscall"}, 0),
                              ("node_syscall_errors_total", {"syscall": "nanosleep"}, 0))
            after = exporter.scrape()
        slept = delta(before, after, "node_syscall_seconds", syscall="nanosleep")
        self.assertGreaterEqual(slept.sum, slept.count * 1)
        self.assertEqual(delta(before, after, LOST, collector="syscall"), 0)

    def test_execveat_counts_and_is_timed_by_its_name(self):
        def execute():
            program, arguments = ctypes.c_char_p(b"/bin/true"), (ctypes.c_char_p * 2)(b"true", None)
            for _ in range(20):
                with child(call, "execveat", -100, program, arguments, None, 0) as pid:
                    os.waitpid(pid, 0)

        with Exporter([*ONLY, "--collector.syscall.timed=execveat,execve"]) as exporter:
            self.assert_grown(exporter, execute, ("node_syscall_calls_total", {"syscall": "execveat"}, 20),
                              ("node_syscall_seconds_count", {"syscall": "execveat"}, 20),
                              (LOST, {"collector": "syscall"}, 0))
            grown = self.grown(exporter, lambda: crowd(execute), ("node_syscall_calls_total", {"syscall": "execveat"}),
                               ("bpf_exporter_program_missed_total", {"collector": "syscall"}))
            calls, missed = grown.values()
            self.assertLessEqual(calls, 160)
            self.assertGreaterEqual(calls + missed, 160)  # kernels that preempt programs skip some, and say so

    def test_calls_that_seccomp_answers_count_and_are_not_lost(self):
        def load():
            for _ in range(50):
                call("getsid", 0)

        for action, errno in (seccomp.ERROR | 1, "EPERM"), (seccomp.TRAP, "SIGSYS"):
            steps = list(seccomp.answer([CALLS["getsid"]], action))
            with self.subTest(errno), Exporter([*ONLY, "--collector.syscall.timed=getsid"]) as exporter:
                self.assert_grown(exporter, lambda: answered_by_seccomp(steps, load),
                                  ("node_syscall_calls_total", {"syscall": "getsid"}, 50),
                                  ("node_syscall_errors_total", {"syscall": "getsid", "errno": errno}, 50),
                                  ("node_syscall_failures_total", {"syscall": "getsid"}, 50),
                                  ("node_syscall_seconds_count", {"syscall": "getsid"}, 0),
                                  (LOST, {"collector": "syscall"}, 0))

    def test_errors_that_no_kernel_has_are_other(self):
        def load():
            for error in range(1, 4096):
                call("getsid", 1 << 20, error)

        steps = list(seccomp.answer_by_arguments(1 << 20))
        with Exporter(ONLY) as exporter:
            answered_by_seccomp(steps, load)
            scrape = exporter.scrape()
        shown = [s.labels["errno"] for s in scrape.series("node_syscall_errors_total", syscall="getsid")]
        self.assertIn("other", shown)
        self.assertEqual(scrape.value("node_syscall_errors_total", syscall="getsid", errno="EFTYPE"), 1, "the last")
        self.assertLess(len(shown), 160)
        self.assertEqual(scrape.value("node_syscall_failures_total", syscall="getsid"),
                         sum(s.value for s in scrape.series("node_syscall_errors_total", syscall="getsid")))

    def test_failures_stay_exact_when_somebody_has_used_up_the_room_for_errors(self):
        def fill():
            for number in range(60):
                for error in range(1, 40):
                    ctypes.CDLL(None).syscall(number, 1 << 20, error)

        def fail():
            for _ in range(100):
                call("getsid", NOBODY)

        steps = list(seccomp.answer_by_arguments(1 << 20))
        with Exporter(ONLY) as exporter:
            answered_by_seccomp(steps, fill)
            self.assertGreater(exporter.scrape().value(LOST, collector="syscall", cause="map_full"), 1000)
            self.assert_grown(exporter, fail, ("node_syscall_failures_total", {"syscall": "getsid"}, 100))

    def test_numbers_that_have_no_name_are_two_series(self):
        def load():
            libc = ctypes.CDLL(None)
            for number in 500, 501, 9999, 511, 1 << 30, -7:
                libc.syscall(number)

        with Exporter(ONLY) as exporter:
            self.assert_grown(exporter, load, ("node_syscall_calls_total", {"syscall": "other"}, 2),
                              ("node_syscall_calls_total", {"syscall": "unknown"}, 4),
                              ("node_syscall_failures_total", {"syscall": "unknown"}, 4),
                              (LOST, {"collector": "syscall"}, 0))

    def test_times_are_those_of_the_chosen_calls_only(self):
        wall = 0
        with Exporter([*ONLY, "--collector.syscall.timed=rt_sigtimedwait,sched_rr_get_interval"]) as exporter:
            before = exporter.scrape()
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
        self.assertEqual(after.sum("bpf_exporter_events_lost_total", collector="syscall", cause="no_start"), 0)

    def test_without_the_parameter_no_time_is_shown_and_no_beginning_watched(self):
        with Exporter(ONLY) as exporter:
            scrape = exporter.scrape()
        self.assertNotIn("node_syscall_seconds", scrape.families)
        self.assertEqual(scrape.value("bpf_exporter_program_attached", collector="syscall", program="enter"), 0)


if __name__ == "__main__":
    unittest.main()
