# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own accounts of BPF programs: how often each ran and for how long, in windows of time."""

import contextlib

from machine import programs_of

STATS = "/proc/sys/kernel/bpf_stats_enabled"


@contextlib.contextmanager
def bpf_stats():
    """The kernel keeps accounts of all programs for as long as the block lasts."""
    with open(STATS) as f:
        before = f.read()
    try:
        with open(STATS, "w") as f:
            f.write("1")
        yield
    finally:
        with open(STATS, "w") as f:
            f.write(before)


class Accounts:
    """bpf_stats of processes over several windows."""

    def __init__(self, pids):
        self.pids = pids
        self.looks = [self.look()]

    def look(self):
        """{pid: {program: (runs, nanoseconds)}}; a name that another program of the process has, too, gets a number."""
        seen = {pid: {} for pid in self.pids}
        for pid in self.pids:
            for p in programs_of(pid):
                name = p.get("name", "")
                key = f"{name} {p['id']}" if name in seen[pid] else name
                seen[pid][key] = p.get("run_cnt", 0), p.get("run_time_ns", 0)
        return seen

    def window(self):
        """Ends one and begins the next."""
        self.looks.append(self.look())

    def programs(self, pid):
        return list(self.looks[-1][pid])

    def spent(self, pid, program):
        """[(runs, nanoseconds)], one a window."""
        looks = [look[pid][program] for look in self.looks]
        return [(after[0] - before[0], after[1] - before[1]) for before, after in zip(looks, looks[1:])]

    def runs(self, pid, program):
        return sum(runs for runs, _ in self.spent(pid, program))

    def ns_a_run(self, pid, program):
        return [ns / runs for runs, ns in self.spent(pid, program) if runs]

    def ns(self, pid, programs):
        """Nanoseconds of several programs together, one sum a window."""
        return [sum(ns for _, ns in window) for window in zip(*(self.spent(pid, p) for p in programs))]
