# SPDX-License-Identifier: GPL-2.0-only
"""Whatever it is doing, signals end it: while it starts, while it writes a report that nobody reads, while its end
hangs."""

import fcntl
import os
import signal
import subprocess
import time
import unittest

from dropins import BUILD
from exporter import BINARY, Exporter
from privilege import why_no_bpf
from workload import PATIENCE, until

ONE = ["--collector.disable-defaults", "--collector.oom"]
PRELOAD = os.path.abspath(os.path.join(BUILD, "tools", "stall.so"))
ENDINGS = signal.SIGINT, signal.SIGTERM
LATE = 128 + signal.SIGALRM


def stalling(where):
    return {"LD_PRELOAD": PRELOAD, "STALL": where}


def ignore_nothing():
    """Who runs the tests may ignore signals, as nohup does: the exporter would inherit that, and is right to."""
    for number in (*ENDINGS, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return int(next(iter(f.read().split()), 0))


class Signals(unittest.TestCase):
    def setUp(self):
        if reason := why_no_bpf():
            self.skipTest(reason)

    def start(self, *flags, wrapper=(), environment=None, **streams):
        process = subprocess.Popen([*wrapper, BINARY, *flags], stdin=subprocess.DEVNULL, text=True,
                                   env={**os.environ, **(environment or {})}, preexec_fn=ignore_nothing, **streams)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def start_that_stalls(self, **more):
        process = self.start("--web.listen-address=127.0.0.1:0", environment=stalling("start"),
                             stderr=subprocess.PIPE, **more)
        until(lambda: "it stalls" in process.stderr.readline(), what="it stalls")
        return process

    def test_a_start_that_hangs_is_ended_by_either(self):
        for number in ENDINGS:
            process = self.start_that_stalls()
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=10), -number)

    def test_the_first_process_of_a_container_is_ended_too(self):
        process = self.start_that_stalls(wrapper=["unshare", "--fork", "--pid", "--kill-child"])
        os.kill(child_of(process.pid), signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 128 + signal.SIGTERM)

    def test_a_report_that_nobody_reads_is_ended_by_any(self):
        for flag in "--collector.list", "--check", "--metrics.table", "--help":
            for number in (*ENDINGS, signal.SIGHUP):
                with self.subTest(flag, signal=number.name):
                    read, write = os.pipe()
                    self.addCleanup(os.close, read)
                    room = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
                    os.write(write, b"x" * room)
                    process = self.start(flag, stdout=write, stderr=subprocess.DEVNULL)
                    os.close(write)
                    until(lambda: waits_in_a_pipe(process.pid), what="it waits for its reader")
                    process.send_signal(number)
                    self.assertEqual(process.wait(timeout=10), -number)

    def end_that_stalls(self):
        x = Exporter(ONE, environment=stalling("stop")).start()
        self.addCleanup(x.stop, check=False)
        x.process.send_signal(signal.SIGTERM)
        until(lambda: "it stalls" in x.stderr, what="its end hangs")
        return x.process

    def test_a_second_one_ends_an_end_that_hangs(self):
        process = self.end_that_stalls()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=10), -signal.SIGINT)

    def test_an_end_that_hangs_ends(self):
        began = time.monotonic()
        x = Exporter(ONE, environment=stalling("stop")).start()
        self.addCleanup(x.stop, check=False)
        x.process.send_signal(signal.SIGTERM)
        self.assertEqual(x.process.wait(timeout=10 * PATIENCE), LATE)
        until(lambda: "shutdown takes too long" in x.stderr, what="it says why")
        self.assertLess(time.monotonic() - began, 10 * PATIENCE)


def waits_in_a_pipe(pid):
    with open(f"/proc/{pid}/wchan") as f:
        return "pipe" in f.read()


if __name__ == "__main__":
    unittest.main()
