# SPDX-License-Identifier: GPL-2.0-only
"""Trouble that alerts are made for, made for real: tasks that wait for a CPU, and processes that the kernel kills for lack
of memory in a cgroup of their own.

    with trouble():
        until(alert_fires)
"""

import contextlib
import os
import threading

from memcg import MemoryCgroup
from workload import child

TASKS = 24  # on one CPU: each waits for longer than its fair slice times the others
LIMIT = 16 << 20
SECONDS_BETWEEN_KILLS = 1


def spin():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    while True:
        pass


def want_too_much(group):
    """A child that is killed when it fills twice the cgroup's memory, which is LIMIT: its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            group.enter()
            bytearray(b"x") * (2 * LIMIT)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


@contextlib.contextmanager
def trouble():
    over = threading.Event()

    def run_out_of_memory():
        with MemoryCgroup(LIMIT) as group:
            while not over.wait(SECONDS_BETWEEN_KILLS):
                want_too_much(group)

    killer = threading.Thread(target=run_out_of_memory)
    with contextlib.ExitStack() as stack:
        for _ in range(TASKS):
            stack.enter_context(child(spin))
        killer.start()
        try:
            yield
        finally:
            over.set()
            killer.join()
