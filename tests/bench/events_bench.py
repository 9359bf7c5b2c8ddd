# SPDX-License-Identifier: GPL-2.0-only
"""What each program of each collector costs when its event comes: the kernel's own account (bpf_stats) of nanoseconds
per run, beside that of an empty program on the same event in the same run. The difference is the work of the
collector; what an event costs beyond both is the kernel's way to call a program. Before them stands what programs are
made of.

Then whole measurements beside others that answer the same question, all at once on the same events.
"""

import contextlib
import subprocess

import calibration
import peers
from accounts import Accounts, bpf_stats
from events_load import load
from exporter import BINARY, Exporter
from objects import built, empty_source, generated

FLAGS = {  # what is off by default
    "fsync": ["--collector.fsync.tracepoints=1"],
    "syscall": ["--collector.syscall.timed=pread64,pwrite64"],
}
THREE = "ebpf_exporter's way"
# By collector: the event by whose number the whole measurement is divided, and our programs that others have, too.
WHOLE = {
    "sched": ("sched_switch", {"sched_switch"}),
    "block": ("block_rq_complete", {"block_rq_complete"}),
    "softirq": ("softirq_exit", {"softirq_entry", "softirq_exit", "softirq_raise"}),
    "hardirq": ("irq_handler_exit", {"irq_handler_entry", "irq_handler_exit"}),
    "syscall": ("sys_exit", {"sys_enter", "sys_exit"}),
    "netdrop": ("kfree_skb", {"kfree_skb"}),
    "workqueue": ("workqueue_execute_start", {"workqueue_activate_work", "workqueue_execute_start"}),
}
# What another one does less than we: softirqs -d measures no waiting before the entry.
LESS = {("softirq", "libbpf-tools"): {"softirq_entry", "softirq_exit"}}


def collectors():
    """Those of the binary that can run here."""
    listed = subprocess.run([BINARY, "--collector.list"], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in listed.splitlines()[1:] if line[0] != " "]
    return [name for name in names
            if not subprocess.run([BINARY, "--check", *only(name)], capture_output=True).returncode]


def only(collector):
    """Flags for this collector and no other."""
    return ["--collector.disable-defaults", f"--collector.{collector}", *FLAGS.get(collector, [])]


def attached(exporter):
    """What the exporter's programs are attached to: {program: (way, target)}."""
    scrape = exporter.scrape()
    runs = {s.labels["program"] for s in scrape.series("bpf_exporter_program_attached") if s.value}
    return {s.labels["program"]: (s.labels["way"], s.labels["target"])
            for s in scrape.series("bpf_exporter_program_info") if s.labels["program"] in runs}


def add_programs(results, accounts, exporters, empty):
    """No row where no event came."""
    floor = {event: accounts.ns_a_run(empty.pid, name) for name, event in attached(empty).items()}
    for collector, exporter in exporters.items():
        targets = attached(exporter)
        for name in accounts.programs(exporter.pid):
            row, beside = f"{collector}: {targets[name][1]}", floor.get(targets[name])
            ours = accounts.ns_a_run(exporter.pid, name)
            if not ours or not beside:
                results.leave_out(row, "no such event came")
                continue
            table = "A run of each program"
            results.add(table, row, "runs", "", accounts.runs(exporter.pid, name))
            results.add(table, row, "ours", "ns", ours)
            results.add(table, row, "empty", "ns", beside)
            results.add(table, row, "above empty", "ns", [x - y for x, y in zip(ours, beside)])


def add_whole(results, accounts, collector, exporter, pids):
    """`pids` of others by their names: each row is one of them, and ours in the same run."""
    event, measuring = WHOLE[collector]
    names = {target: name for name, (_, target) in attached(exporter).items()}
    events = [runs for runs, _ in accounts.spent(exporter.pid, names[event])] if event in names else []
    for other, pid in pids.items():
        programs = [names[target] for target in LESS.get((collector, other), measuring) if target in names]
        theirs = accounts.ns(pid, accounts.programs(pid))
        if not all(events) or not all(theirs):
            results.leave_out(f"{other} beside {collector}", "no such event came")
            continue
        table, row = "Whole measurements", f"{collector}, by {event}: {other}"
        beside = results.add(table, row, "theirs", "ns", [ns / n for ns, n in zip(theirs, events)])
        ours = [ns / n for ns, n in zip(accounts.ns(exporter.pid, programs), events)]
        results.add(table, row, "ours", "ns", ours, over=beside, to="theirs")


def start_peers(results, stack, collector):
    pids = {}
    for name, command in peers.commands(collector).items():
        try:
            pids[name] = stack.enter_context(peers.running(command))
        except peers.DidNotStart as e:
            results.leave_out(f"{name} beside {collector}", str(e))
    return pids


def measure(results):
    calibration.measure(results)
    names = collectors()
    with contextlib.ExitStack() as stack:
        exporters = {name: stack.enter_context(Exporter(only(name))) for name in names}
        events = {event for x in exporters.values() for event in attached(x).values()}
        flags = stack.enter_context(generated("empty", empty_source("empty", events)))
        empty = stack.enter_context(Exporter(flags))
        compared = [name for name in names if name in results.pick(WHOLE, ("softirq",))]
        others = {name: start_peers(results, stack, name) for name in compared}
        if "softirq" in others:
            others["softirq"][THREE] = stack.enter_context(Exporter(built("softirq_three"))).pid
        ours = [exporter.pid for exporter in [*exporters.values(), empty]]
        accounts = Accounts(ours + [pid for pids in others.values() for pid in pids.values()])
        with bpf_stats():
            for _ in range(results.pick(3, 1)):
                load(results.pick(0.4, 0.05))
                accounts.window()
        add_programs(results, accounts, exporters, empty)
        for collector, pids in others.items():
            add_whole(results, accounts, collector, exporters[collector], pids)
