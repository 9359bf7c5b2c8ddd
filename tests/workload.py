# SPDX-License-Identifier: GPL-2.0-only
"""Small pieces that loads in tests are made of. Tests wait for conditions, never for a time."""

import time


def until(condition, timeout=10, what="the condition holds"):
    """Wait until condition() is true and return its value; TimeoutError with `what` otherwise."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout} s: {what}")
        time.sleep(0.005)
