# SPDX-License-Identifier: GPL-2.0-only
"""Calls that a drop-in of tests/kernel/objects is to see: calls_seen("probe", "offset") == {"offset": CALLS}"""

import contextlib
import os
import signal
import threading

from dropins import dropins
from exporter import Exporter
from workload import until

CALLS = 211
RT_SIGTIMEDWAIT = {"x86_64": "128", "aarch64": "137"}.get(os.uname().machine)
WAITS = 64 + 4 * os.cpu_count()  # the kernel has kretprobes for 10, or for 2 a CPU, under way at once


@contextlib.contextmanager
def watching(collector):
    """An exporter with this drop-in, which sees this process."""
    with dropins(collector) as directory:
        flags = ["--collector.disable-defaults", f"--collector.directory={directory}", f"--collector.{collector}"]
        with Exporter([*flags, f"--collector.{collector}.watched={os.getpid()}"]) as x:
            yield x


def calls_seen(collector, *names):
    """What the drop-in counts under these names while this process calls getppid() CALLS times."""
    with watching(collector) as x:
        for _ in range(CALLS):
            os.getppid()
        s = x.scrape()
    return {name: s.value(f"node_{collector}_{name}_total") for name in names}


def returns_seen_and_missed(collector):
    """What the drop-in counts of WAITS returns of a call in which as many threads are at once, and what is missed."""
    with watching(collector) as x:
        wait_at_once()
        s = x.scrape()
    return s.value(f"node_{collector}_waits_total"), s.value("bpf_exporter_program_missed_total", program="wait_ends")


def wait_at_once():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    threads = [threading.Thread(target=signal.sigwait, args=[{signal.SIGUSR1}], daemon=True) for _ in range(WAITS)]
    for thread in threads:
        thread.start()
    until(lambda: all(map(is_in_sigwait, threads)), what="all threads wait")
    for thread in threads:
        signal.pthread_kill(thread.ident, signal.SIGUSR1)
    for thread in threads:
        thread.join()


def is_in_sigwait(thread):
    with open(f"/proc/self/task/{thread.native_id}/syscall") as f:
        return f.read().split()[0] == RT_SIGTIMEDWAIT
