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
