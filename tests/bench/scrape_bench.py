# SPDX-License-Identifier: GPL-2.0-only
"""What a scrape costs: the exporter's CPU time, and what the client waits, for the set that is on by default, for all
collectors, and for hashes of up to a million series, in every format, packed and not; node_exporter's beside it.
"""

import contextlib

import peers
from dropins import fill, read_batches
from events_bench import FLAGS, collectors
from exporter import Exporter
from objects import generated, hash_source
from scraping import FORMATS, PACKINGS, busy_machine, count_samples, scrape

SIZES = 1000, 10000, 100000, 1000000
REAL = "Scrapes of this machine"
BUSY = "The same while twice as many tasks as CPUs are busy"


def add_real(results, table, name, pid, port, headers=(), beside=None):
    """A row; returns CPU a sample. `beside` is that of node_exporter."""
    samples, rounds = count_samples(port), results.pick(60, 5)
    runs = [scrape(pid, port, rounds, headers) for _ in range(results.pick(5, 1))]
    walls = [wall * 1e3 for run in runs for wall in run.walls]
    results.add(table, name, "samples", "", samples)
    results.add(table, name, "CPU", "ms", [run.cpu * 1e3 for run in runs])
    per_sample = results.add(table, name, "CPU a sample", "ns", [run.cpu * 1e9 / samples for run in runs],
                             over=beside, to="node_exporter" if beside else None)
    results.add(table, name, "p50", "ms", walls)
    results.add(table, name, "p99", "ms", walls, value=sorted(walls)[int(len(walls) * 0.99)])
    results.add(table, name, "body", "kB", [run.bytes / 1e3 for run in runs])
    return per_sample


def real(results, table, formats, meanwhile=contextlib.nullcontext):
    """Scrapes while the context `meanwhile` lasts."""
    beside = None
    if peers.node_exporter():
        with peers.running_node_exporter() as (pid, port), meanwhile():
            beside = add_real(results, table, "node_exporter", pid, port)
    else:
        results.leave_out("node_exporter", "not installed")
    with Exporter() as x, meanwhile():
        for name, headers in formats.items():
            add_real(results, table, f"default set, {name}", x.pid, x.port, headers, beside)
    everything = [flag for name in collectors() for flag in [f"--collector.{name}", *FLAGS.get(name, [])]]
    with Exporter(everything) as x, meanwhile():
        add_real(results, table, "all collectors, text", x.pid, x.port, (), beside)


def series(results, x, n):
    """A table for each size: a row a format and packing, beside what the kernel's batches take for the same map alone:
    what there is to be read, and how fast this machine is."""
    table = f"A hash of {n:,} series"
    alone = [ns / 1e6 for ns in read_batches(x.pid, "filled", results.pick(5, 1))]
    floor = results.add(table, "its batches alone", "CPU", "ms", alone)
    results.add(table, "its batches alone", "CPU a series", "ns", [ms * 1e6 / n for ms in alone])
    rounds = results.pick(max(3, min(100, 300000 // n)), 2)
    for kind, accept in FORMATS.items():
        for packing, encoding in PACKINGS.items():
            name, times = f"{kind}, {packing}", 3 if n < 1000000 else 1
            runs = [scrape(x.pid, x.port, rounds, accept + encoding) for _ in range(results.pick(times, 1))]
            walls = [wall * 1e3 for run in runs for wall in run.walls]
            results.add(table, name, "CPU", "ms", [run.cpu * 1e3 for run in runs], over=floor, to="batches alone")
            results.add(table, name, "CPU a series", "ns", [run.cpu * 1e9 / n for run in runs])
            results.add(table, name, "p50", "ms", walls)
            results.add(table, name, "p99", "ms", walls, value=sorted(walls)[int(len(walls) * 0.99)])
            results.add(table, name, "body", "MB", [run.bytes / 1e6 for run in runs])
    results.add(table, "the process", "resident", "MB", x.resident_bytes() / 1e6)


def measure(results):
    every = {f"{kind}, {packing}": accept + encoding
             for kind, accept in FORMATS.items() for packing, encoding in PACKINGS.items()}
    some = {name: every[name] for name in ("text, plain", "text, gzip")}
    real(results, REAL, results.pick(every, some))
    real(results, BUSY, some, busy_machine)
    for n in SIZES[: results.pick(len(SIZES), 1)]:
        with generated("points", hash_source("points", n)) as flags, Exporter(flags) as x:
            fill(x.pid, "filled", "put", n)
            series(results, x, n)
