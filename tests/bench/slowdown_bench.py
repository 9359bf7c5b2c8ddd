# SPDX-License-Identifier: GPL-2.0-only
"""By how much a fixed load (loads.c) takes longer while a collector is attached: what users pay, the kernel's way to
call programs included. Beside it empty programs on the same events, and others that answer the same question.

Each round runs the load without programs and with those of each in changing order; a sample is the difference within a
round.
"""

import contextlib
import os
import statistics
import subprocess
import tempfile

import peers
from dropins import BUILD
from events_bench import THREE, attached, collectors, only
from exporter import Exporter
from objects import built, empty_source, generated

TABLE = "What an operation takes longer"
BESIDE = "Ours beside others, by what an operation takes longer"
LOADS = (  # a load, and the collector whose events it makes
    ("syscall", "syscall"),
    ("syscall", "fsync"),
    ("switch", "sched"),
    ("request", "block"),
    ("packet", "softirq"),
    ("drop", "netdrop"),
    ("connect", "tcp"),
    ("fork", "task"),
    ("work", "workqueue"),
)
QUICK = [row for row in LOADS if row[1] in ("softirq", "block")]
BLOCK_BYTES = 1 << 20


@contextlib.contextmanager
def loop_device():
    """A device on a file in memory."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="slowdown_bench.") as file:
        file.truncate(BLOCK_BYTES)
        device = subprocess.check_output(["losetup", "--find", "--show", file.name], text=True).strip()
        try:
            yield device
        finally:
            subprocess.run(["losetup", "--detach", device], check=True)


def ns_an_operation(load, milliseconds, device):
    return float(subprocess.check_output([os.path.join(BUILD, "bench", "loads"), load, str(milliseconds), device]))


def competitors(collector, stack):
    """{name: a function that gives a context in which its programs are attached}"""
    exporter = lambda flags: lambda: Exporter(flags)
    peer = lambda command: lambda: peers.running(command)
    with Exporter(only(collector)) as x:
        empty = stack.enter_context(generated("empty", empty_source("empty", set(attached(x).values()))))
    found = {"nothing": contextlib.nullcontext, "empty": exporter(empty), "ours": exporter(only(collector))}
    found.update((name, peer(command)) for name, command in peers.commands(collector).items())
    if collector == "softirq":
        found[THREE] = exporter(built("softirq_three"))
    return found


def compare(results, load, collector, device):
    """{name: [ns an operation]}, a sample a round."""
    with contextlib.ExitStack() as stack:
        field = competitors(collector, stack)
        samples = {name: [] for name in field}
        names = list(field)
        for round_ in range(results.pick(5, 1)):
            for name in names[round_ % len(names):] + names[:round_ % len(names)]:
                try:
                    with field[name]():
                        samples[name].append(ns_an_operation(load, results.pick(300, 20), device))
                except peers.DidNotStart as e:
                    results.leave_out(f"{name} beside {collector}", str(e))
                    names = [n for n in names if n != name]
                    break
    return {name: taken for name, taken in samples.items() if len(taken) == len(samples["nothing"])}


def add(results, row, samples):
    nothing = samples.pop("nothing")
    spread = max(nothing) - min(nothing)
    results.add(TABLE, row, "an operation alone", "ns", nothing)
    results.add(TABLE, row, "runs of it differ by", "ns", spread)
    above = {name: [x - y for x, y in zip(taken, nothing)] for name, taken in samples.items()}
    for name, taken in above.items():
        results.add(TABLE, row, f"+ {name}", "ns", taken)
    for name in [name for name in above if name not in ("empty", "ours")]:
        theirs = statistics.median(above[name])
        if theirs > spread:  # else there is no sense in a ratio
            results.add(BESIDE, row, "ours", "ns", above["ours"], over=theirs, to=name)


def measure(results):
    runs_here = collectors()
    for collector in sorted(set(runs_here) - {collector for _, collector in LOADS}):
        results.leave_out(collector, "none of the loads makes its events")
    with loop_device() as device:
        for load, collector in results.pick(LOADS, QUICK):
            if collector not in runs_here:
                results.leave_out(f"{load} with {collector}", "the collector cannot run here")
                continue
            add(results, f"{load} ({collector})", compare(results, load, collector, device))
