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


def bracket(exporter, read, load):
    """Scrapes before and after load(), each between two calls of read(), a dict of growing numbers: returns both
    scrapes, and what these numbers grew by between the scrapes at least and at most. So a counter of the same
    events is held without a guess about what else went on meanwhile."""
    first = read()
    before = exporter.scrape()
    least = read()
    load()
    most = read()
    after = exporter.scrape()
    last = read()
    return (before, after, {k: most[k] - least[k] for k in least if k in most},
            {k: last[k] - first.get(k, 0) for k in last})
