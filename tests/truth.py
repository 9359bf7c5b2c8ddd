# SPDX-License-Identifier: GPL-2.0-only
"""What tests of counters share that the whole machine adds to."""


def undisturbed(measure, wanted, attempts=10):
    """Call measure() until it returns `wanted` (both dicts of numbers) and return what it returned.

    Others on the machine may only add: a number above the wanted one is tried again, one below is returned
    at once, for the test to fail on.
    """
    for _ in range(attempts):
        got = measure()
        if got == wanted or any(got[key] < wanted[key] for key in wanted):
            break
    return got
