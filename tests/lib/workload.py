# SPDX-License-Identifier: GPL-2.0-only
"""Small pieces that loads in tests are made of. Tests wait for conditions, never for a time."""

import contextlib
import os
import signal
import time

# How many times longer things may take: an emulated machine is slow.
PATIENCE = float(os.environ.get("PATIENCE", "1"))


def until(condition, timeout=10, what="the condition holds"):
    """Wait until condition() is true and return its value; TimeoutError with `what` otherwise."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout * PATIENCE} s: {what}")
        time.sleep(0.005)


@contextlib.contextmanager
def child(run, *arguments):
    """A forked child that runs run(*arguments) and is killed when the block ends: yields its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            run(*arguments)
        finally:
            os._exit(0)
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def crowd(work, tasks=8, cpu=None):
    """Run work() in so many processes at once, all on one CPU (the first that we may use), and wait for them: a task is
    then often preempted in the middle of what it does, and others of the same kind run meanwhile. Raises where one of
    them fails."""
    cpu = min(os.sched_getaffinity(0)) if cpu is None else cpu
    waiting, go = os.pipe()
    pids = []
    for _ in range(tasks):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(go)
                os.sched_setaffinity(0, {cpu})
                os.read(waiting, 1)  # returns when the other end is closed
                work()
                status = 0
            finally:
                os._exit(status)
        pids.append(pid)
    os.close(waiting)
    os.close(go)
    failed = [pid for pid in pids if os.waitpid(pid, 0)[1]]
    if failed:
        raise ChildProcessError(f"{len(failed)} of {tasks} tasks failed")


def small_pages(memory):
    """Of an mmap: no huge pages, where the kernel has any (those with PREEMPT_RT have none)."""
    if os.path.exists("/sys/kernel/mm/transparent_hugepage"):
        memory.madvise(15)  # MADV_NOHUGEPAGE
