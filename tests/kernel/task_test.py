# SPDX-License-Identifier: GPL-2.0-only
"""The collector task against /proc/stat, and against tasks made, ended and signalled here: exact, or tried again
where others on the machine did the same meanwhile.
"""

import os
import signal
import threading
import unittest

from exporter import Exporter, delta
from truth import bracket, undisturbed
from workload import child, until

ONLY = ["--collector.disable-defaults", "--collector.task"]
CPUS = os.cpu_count()


def forks():
    with open("/proc/stat") as f:
        return {"all": int(next(line for line in f if line.startswith("processes")).split()[1])}


def fork(end):
    """A child that ends by end(), waited for: its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            end()
        finally:
            os._exit(125)
    return os.waitpid(pid, 0)[1]


def threads(number):
    for _ in range(number):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()


def exit_from_a_thread():
    """The whole process ends with status 3 from a thread that is not its first."""
    threading.Thread(target=os._exit, args=[3]).start()
    signal.pause()


def exec_from_a_thread():
    threading.Thread(target=os.execv, args=["/bin/true", ["true"]]).start()
    signal.pause()


def kill_self():
    os.kill(os.getpid(), signal.SIGKILL)


class Task(unittest.TestCase):
    def assert_grown(self, load, *wanted):
        """Each of `wanted`, (name, labels, number), grows by just that number during load()."""
        numbers = {f"{name}{labels}": number for name, labels, number in wanted}

        def measure():
            before = exporter.scrape()
            load()
            after = exporter.scrape()
            return {f"{name}{labels}": delta(before, after, name, **labels) for name, labels, _ in wanted}

        with Exporter(ONLY) as exporter:
            self.assertEqual(undisturbed(measure, numbers, attempts=50), numbers)

    def test_forks_are_those_of_proc_stat(self):
        """The kernel counts first and calls our program then: a reader may come between, on each CPU."""
        def load():
            for _ in range(100):
                fork(lambda: os._exit(0))
            threads(100)

        with Exporter(ONLY) as exporter:
            before, after, least, most = bracket(exporter, forks, load)
        forked = sum(delta(before, after, "node_task_forks_total", kind=kind) for kind in ("process", "thread"))
        self.assertGreaterEqual(least["all"], 200)
        self.assertGreaterEqual(forked, least["all"] - CPUS)
        self.assertLessEqual(forked, most["all"] + CPUS)

    def test_processes_and_threads_are_told_apart(self):
        def load():
            for _ in range(4):
                fork(lambda: os._exit(0))
            threads(6)

        self.assert_grown(load, ("node_task_forks_total", {"kind": "process"}, 4),
                          ("node_task_forks_total", {"kind": "thread"}, 6))

    def test_execs_count_when_they_succeed(self):
        def load():
            for _ in range(5):
                os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
                fork(lambda: os.execv("/nonexistent", ["nonexistent"]))

        self.assert_grown(load, ("node_task_execs_total", {}, 5))

    def test_exits_count_by_cause(self):
        def load():
            for _ in range(2):
                self.assertEqual(fork(lambda: os._exit(0)), 0)
            for _ in range(3):
                self.assertEqual(fork(lambda: os._exit(1)), 1 << 8)
            for _ in range(4):
                self.assertEqual(fork(kill_self), signal.SIGKILL)

        self.assert_grown(load, ("node_task_exits_total", {"cause": "ok"}, 2),
                          ("node_task_exits_total", {"cause": "error"}, 3),
                          ("node_task_exits_total", {"cause": "signal"}, 4))

    def test_a_process_of_several_threads_ends_once(self):
        def load():
            for _ in range(5):
                self.assertEqual(fork(exit_from_a_thread), 3 << 8)
            threads(5)

        self.assert_grown(load, ("node_task_exits_total", {"cause": "ok"}, 0),
                          ("node_task_exits_total", {"cause": "error"}, 5),
                          ("node_task_exits_total", {"cause": "signal"}, 0))

    def test_exec_by_a_thread_that_is_not_the_first_is_no_exit(self):
        """The first thread ends then, and leaves its number to the one that calls exec: the process goes on."""
        def load():
            for _ in range(4):
                self.assertEqual(fork(exec_from_a_thread), 0)

        self.assert_grown(load, ("node_task_execs_total", {}, 4),
                          *(("node_task_exits_total", {"cause": cause}, number)
                            for cause, number in {"ok": 4, "error": 0, "signal": 0}.items()))

    def test_signals_count_by_what_became_of_them(self):
        """SIGURG is ignored where nobody asked for it, a second SIGPWR finds the first one still blocked."""
        def wait():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPWR})
            os.write(ready[1], b"x")
            signal.pause()

        def load():
            with child(wait) as pid:
                os.read(ready[0], 1)
                for _ in range(3):
                    os.kill(pid, signal.SIGURG)
                for _ in range(5):
                    os.kill(pid, signal.SIGPWR)
                os.kill(pid, signal.SIGXCPU)
                until(lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT), what="the child is killed")

        ready = os.pipe()
        name = "node_task_signals_total"
        self.assert_grown(load, (name, {"signal": "SIGURG", "result": "ignored"}, 3),
                          (name, {"signal": "SIGPWR", "result": "delivered"}, 1),
                          (name, {"signal": "SIGPWR", "result": "already_pending"}, 4),
                          (name, {"signal": "SIGXCPU", "result": "delivered"}, 1))


if __name__ == "__main__":
    unittest.main()
