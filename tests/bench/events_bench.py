# SPDX-License-Identifier: GPL-2.0-only
"""What each program of each collector costs when its event comes: the kernel's own account (bpf_stats) of nanoseconds per
run, beside that of an empty program on the same event in the same run. The difference is the work of the
collector; what an event costs beyond both is the kernel's way to call a program.

Then whole measurements beside libbpf-tools' in the same run, where those are installed.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

from events_load import load
from exporter import BINARY, Exporter
from workload import until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STATS = "/proc/sys/kernel/bpf_stats_enabled"
FLAGS = {  # what is off by default
    "fsync": ["--collector.fsync.tracepoints=1"],
    "syscall": ["--collector.syscall.timed=pread64,pwrite64"],
}
TOOLS = (  # a tool, our programs that measure the same, and the event by whose number both are divided
    (["runqlat"], "sched", ["sched_switch"], "sched_switch"),
    (["biolatency"], "block", ["block_rq_complete"], "block_rq_complete"),
    (["softirqs", "-d"], "softirq", ["softirq_entry", "softirq_exit"], "softirq_exit"),
    (["hardirqs", "-d"], "hardirq", ["irq_handler_entry", "irq_handler_exit"], "irq_handler_exit"),
    (["syscount", "-L"], "syscall", ["sys_enter", "sys_exit"], "sys_exit"),
)


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


def collectors():
    listed = subprocess.run([BINARY, "--collector.list"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines()[1:] if line[0] != " "]


def programs_of(pid):
    """(name, runs, nanoseconds) of each program that a process holds, or holds a link to."""
    ids = set()
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/fdinfo/{fd}") as f:
            ids.update(map(int, re.findall(r"^prog_id:\s*(\d+)", f.read(), re.MULTILINE)))
    shown = json.loads(subprocess.check_output(["bpftool", "-j", "prog", "show"]))
    return [(p.get("name", ""), p.get("run_cnt", 0), p.get("run_time_ns", 0)) for p in shown if p["id"] in ids]


def attached(exporter):
    """What the exporter's programs are attached to: {program: (way, target)}."""
    scrape = exporter.scrape()
    runs = {s.labels["program"] for s in scrape.series("bpf_exporter_program_attached") if s.value}
    return {s.labels["program"]: (s.labels["way"], s.labels["target"])
            for s in scrape.series("bpf_exporter_program_info") if s.labels["program"] in runs}


def build_empty(directory, events):
    """A drop-in collector with an empty program for each of these events, (way, target)."""
    source = ['#include "vmlinux.h"', "#include <bpf_exporter/collector.bpf.h>",
              'COLLECTOR(empty, "Nothing, for comparison", OFF);']
    for i, (way, target) in enumerate(sorted(events)):
        source.append(f'EVENT("{i}") SEC("{way}/{target}") int empty_{i}(void *ctx) {{ return 0; }}')
    path = os.path.join(directory, "empty.bpf.c")
    with open(path, "w") as f:
        f.write("\n".join(source) + "\n")
    machine = platform.machine()
    arch = {"x86_64": "x86", "aarch64": "arm64"}.get(machine, machine)
    subprocess.run(
        [os.environ.get("CLANG", "clang"), "-g", "-O2", "-target", "bpf", "-mcpu=v3", f"-D__TARGET_ARCH_{arch}",
         f"-I{TOP}/vmlinux", f"-I{TOP}/include", "-idirafter", f"/usr/include/{machine}-linux-gnu", "-c", path,
         "-o", path.removesuffix(".c") + ".o"], check=True)


def print_programs(exporters, empty):
    """A dash where no event came."""
    targets = attached(empty)
    beside = {targets[name]: ns / runs for name, runs, ns in programs_of(empty.pid) if runs}
    print(f"{'COLLECTOR':<10} {'EVENT':<34} {'RUNS':>9} {'NS/RUN':>8} {'EMPTY':>8} {'ABOVE':>8}")
    for collector, exporter in exporters.items():
        targets = attached(exporter)
        for name, runs, ns in programs_of(exporter.pid):
            event = targets[name]
            columns = [ns / runs, beside[event], ns / runs - beside[event]] if runs and event in beside else []
            numbers = [f"{column:>8.1f}" for column in columns] or [f"{'-':>8}"] * 3
            print(f"{collector:<10} {event[1]:<34} {runs:>9}", *numbers)


@contextlib.contextmanager
def running(command):
    """A tool from when it has attached its programs until the end of the block: its pid."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or programs_of(process.pid), what=f"{command[0]} has programs")
        yield process.pid
    finally:
        process.kill()
        process.wait()


def print_tools(exporters, pids):
    print(f"\n{'TOOL':<12} {'PER EVENT':<20} {'TOOL NS':>8} {'OURS NS':>8} {'RATIO':>6}")
    for command, collector, ours, event in TOOLS:
        if command[0] not in pids:
            continue
        targets = attached(exporters[collector])
        programs = [(targets[name][1], runs, ns) for name, runs, ns in programs_of(exporters[collector].pid)]
        events = sum(runs for target, runs, _ in programs if target == event)
        own = sum(ns for target, _, ns in programs if target in ours)
        theirs = sum(ns for _, _, ns in programs_of(pids[command[0]]))
        if events and theirs:
            print(f"{command[0]:<12} {event:<20} {theirs / events:>8.1f} {own / events:>8.1f} {own / theirs:>6.2f}")


def main():
    names = collectors()
    with contextlib.ExitStack() as stack:
        exporters = {
            name: stack.enter_context(Exporter(
                ["--collector.disable-defaults", f"--collector.{name}", *FLAGS.get(name, [])]))
            for name in names}
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="events_bench."))
        build_empty(directory, {event for exporter in exporters.values() for event in attached(exporter).values()})
        empty = stack.enter_context(Exporter(
            ["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.empty"]))
        pids = {command[0]: stack.enter_context(running(command)) for command, *_ in TOOLS if shutil.which(command[0])}
        with bpf_stats():
            load()
        print_programs(exporters, empty)
        print_tools(exporters, pids)


if __name__ == "__main__":
    sys.exit(main())
