# SPDX-License-Identifier: GPL-2.0-only
"""What a scrape costs, how large the process is, how soon it is ready.

CPU time is the exporter's own (schedstat of its threads), so that the client's does not count. The floor beside
it is the same number of entries read by the same batch calls and thrown away: collect_bench's walk.
"""

import statistics
import time

from dropins import dropins, fill
from exporter import Exporter

SERIES = 10, 1000, 10000, 100000, 1000000


def measure(x, rounds):
    """(CPU, wall at the median, wall at the 99th percentile, bytes of the body): seconds a warm scrape."""
    for _ in range(3):
        x.request("/metrics")
    walls, before = [], x.cpu_seconds()
    for _ in range(rounds):
        start = time.monotonic()
        _, _, body = x.request("/metrics")
        walls.append(time.monotonic() - start)
    cpu = (x.cpu_seconds() - before) / rounds
    return cpu, statistics.median(walls), sorted(walls)[int(rounds * 0.99)], len(body), body.count(b"\n")


def row(name, x, rounds):
    cpu, median, p99, size, lines = measure(x, rounds)
    print(f"{name:24} {lines:9} {cpu * 1e3:9.3f} {median * 1e3:9.3f} {p99 * 1e3:9.3f} "
          f"{cpu * 1e9 / lines:9.0f} {size / 1e6:8.2f} {x.resident_bytes() / 1e6:9.1f}")


def start():
    """Seconds from exec to the first answer, and the size then; the median of several."""
    seconds, resident = [], []
    for _ in range(7):
        with Exporter() as x:
            seconds.append(x.start_seconds)
            resident.append(x.resident_bytes())
    print(f"ready after {statistics.median(seconds):.3f} s (least {min(seconds):.3f}), "
          f"resident {statistics.median(resident) / 1e6:.1f} MB\n")


def main():
    start()
    print(f"{'scrape of':24} {'lines':>9} {'CPU ms':>9} {'p50 ms':>9} {'p99 ms':>9} "
          f"{'ns/line':>9} {'MB':>8} {'RSS MB':>9}")
    with Exporter() as x:
        row("the default set", x, 200)
    for object_, map_, most in ("series", "many", 100000), ("million", "million", 1000000):
        with dropins(object_) as directory:
            flags = ["--collector.disable-defaults", f"--collector.directory={directory}", f"--collector.{object_}"]
            with Exporter(flags) as x:
                for n in SERIES:
                    if n <= most and (object_ == "series" or n == most):
                        fill(x.pid, map_, "put", n)
                        row(f"a hash of {n}", x, max(5, min(100, 1000000 // n)))


main()
