# SPDX-License-Identifier: GPL-2.0-only
"""Memory: the process's and the kernel's for its maps and programs, at the start, after scrapes, with many series; and
what grows while scrapes go on: nothing may, once all formats have been asked for.
"""

import time

import peers
from dropins import fill
from events_bench import collectors
from exporter import Exporter
from machine import kernel_bytes, private_bytes, resident_bytes
from objects import generated, hash_source
from scraping import FORMATS, PACKINGS, count_samples, run_client

TABLE = "Memory"
EVERY = [accept + encoding for accept in FORMATS.values() for encoding in PACKINGS.values()]


def add_start(results, name, pid):
    """It listens before it gives back what only the start used."""
    time.sleep(0.5)
    add(results, name, pid)


def add(results, name, pid, kernel=True):
    results.add(TABLE, name, "resident", "MB", resident_bytes(pid) / 1e6)
    results.add(TABLE, name, "private", "MB", private_bytes(pid) / 1e6)
    if kernel:
        maps, programs = kernel_bytes(pid)
        results.add(TABLE, name, "kernel: maps", "MB", maps / 1e6)
        results.add(TABLE, name, "kernel: programs", "MB", programs / 1e6)


def scrapes(port, n):
    """As many in each format and packing."""
    for headers in EVERY:
        run_client(port, 1, max(1, n // len(EVERY)), headers)


def scrape_by_the_second(port, n):
    for i in range(n):
        began = time.monotonic()
        run_client(port, 1, 1, EVERY[i % len(EVERY)])
        time.sleep(max(0, began + 1 - time.monotonic()))


def growth(results, name, x, hour=False):
    """After a warm-up. New series take memory, too: how many came is said beside it."""
    n = results.pick(3600, 90)
    scrapes(x.port, n)
    before = resident_bytes(x.pid), private_bytes(x.pid), count_samples(x.port)
    if hour:
        scrape_by_the_second(x.port, 3600)
    else:
        scrapes(x.port, n)
    after = resident_bytes(x.pid), private_bytes(x.pid), count_samples(x.port)
    table = "Growth over 3,600 scrapes at 1 Hz" if hour else f"Growth over {n:,} scrapes, one after the other"
    results.add(table, name, "resident before", "kB", before[0] / 1024)
    results.add(table, name, "resident growth", "kB", (after[0] - before[0]) / 1024)
    results.add(table, name, "private growth", "kB", (after[1] - before[1]) / 1024)
    results.add(table, name, "samples that came", "", after[2] - before[2])


def measure(results):
    with Exporter() as x:
        add_start(results, "default set, at the start", x.pid)
        run_client(x.port, 1, results.pick(1000, 20), [])
        add(results, "default set, after 1,000 scrapes of text", x.pid)
        growth(results, "default set", x, results.hour)
        add(results, "default set, after scrapes in all formats", x.pid)
    with Exporter(["--collector.disable-defaults", "--collector.oom"]) as x:
        growth(results, "a collector whose series stay the same (oom)", x)
    with Exporter([f"--collector.{name}" for name in collectors()]) as x:
        add_start(results, "all collectors, at the start", x.pid)
    n = results.pick(100000, 1000)
    with generated("points", hash_source("points", n)) as flags, Exporter(flags) as x:
        add_start(results, f"a hash for {n:,} series, empty", x.pid)
        fill(x.pid, "filled", "put", n)
        run_client(x.port, 1, 2, [])
        add(results, f"{n:,} series, after scrapes of text", x.pid)
        scrapes(x.port, 2 * len(EVERY))
        add(results, f"{n:,} series, after scrapes in all formats", x.pid)
    if peers.node_exporter():
        with peers.running_node_exporter() as (pid, port):
            run_client(port, 1, results.pick(1000, 20), [])
            add(results, "node_exporter, after 1,000 scrapes", pid, kernel=False)
