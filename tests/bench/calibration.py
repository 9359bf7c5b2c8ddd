# SPDX-License-Identifier: GPL-2.0-only
"""What programs are made of, alone and in a warm loop (calibration.bpf.c): what each part costs on this machine, and
how many times as much as where the targets were set.
"""

import os

from accounts import Accounts, bpf_stats
from exporter import Exporter
from objects import built

TABLE = "Parts of programs, warm"
HERE, THERE = "above empty", "the same where the targets were set"
EMPTY, EMPTY_THERE = "empty program", 35
COUNTER, HISTOGRAM = "counter", "histogram of a value at hand"
LATENCY = "clock, and histogram of the time since a stamp"
# By program: the row, and what it was above an empty program where the targets were set, as far as that was measured.
PARTS = {
    "clock": ("clock", 30),
    "counter": (COUNTER, 9),
    "histogram": (HISTOGRAM, 19),
    "stamp": ("clock and stamp", None),
    "latency": (LATENCY, None),
    "hash": ("counter in a per-CPU hash", 12),
    "insertion": ("insertion into a hash, and deletion", 110),
    "storage": ("a task's value in task storage", 6),
}


def measure(results):
    """All of them, one after the other, at each of many cheap system calls."""
    with Exporter(built("calibration")) as exporter, bpf_stats():
        accounts = Accounts([exporter.pid])
        for _ in range(results.pick(9, 2)):
            for _ in range(results.pick(30000, 1000)):
                os.getppid()
            accounts.window()
    empty = accounts.ns_a_run(exporter.pid, "empty")
    results.add(TABLE, EMPTY, "ours", "ns", empty)
    for program, (row, there) in PARTS.items():
        ours = accounts.ns_a_run(exporter.pid, program)
        results.add(TABLE, row, "ours", "ns", ours)
        results.add(TABLE, row, HERE, "ns", [x - y for x, y in zip(ours, empty)], over=there, to=THERE)


def slower(records):
    """How many times as long an empty program takes as where the targets were set; None where it was not measured."""
    return next((r.value / EMPTY_THERE for r in records if (r.table, r.name) == (TABLE, EMPTY)), None)
