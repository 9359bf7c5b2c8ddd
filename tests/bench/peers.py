# SPDX-License-Identifier: GPL-2.0-only
"""Others that measure the same: Debian's libbpf-tools and bpftrace, and node_exporter to be scraped beside us.

bpftrace runs programs of our own here, since those that come with it need kprobes.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

from machine import programs_of
from workload import until

# By collector: the tool of libbpf-tools that answers the same question.
TOOLS = {
    "sched": ["runqlat"],
    "block": ["biolatency"],
    "softirq": ["softirqs", "-d"],
    "hardirq": ["hardirqs", "-d"],
    "syscall": ["syscount", "-L"],
}

# By collector: the same question to bpftrace.
BPFTRACE = {
    "sched": """
        tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @queued[args->pid] = nsecs; }
        tracepoint:sched:sched_switch {
            if (args->prev_state == 0) { @queued[args->prev_pid] = nsecs; }
            if (@queued[args->next_pid]) {
                @wait = hist(nsecs - @queued[args->next_pid]);
                delete(@queued[args->next_pid]);
            }
        }""",
    "block": """
        tracepoint:block:block_rq_issue { @issued[args->dev, args->sector] = nsecs; }
        tracepoint:block:block_rq_complete /@issued[args->dev, args->sector]/ {
            @took[args->dev] = hist(nsecs - @issued[args->dev, args->sector]);
            delete(@issued[args->dev, args->sector]);
        }""",
    "softirq": """
        tracepoint:irq:softirq_raise { @raised[cpu, args->vec] = nsecs; }
        tracepoint:irq:softirq_entry {
            if (@raised[cpu, args->vec]) { @wait[args->vec] = hist(nsecs - @raised[cpu, args->vec]); }
            @entered[cpu, args->vec] = nsecs;
        }
        tracepoint:irq:softirq_exit /@entered[cpu, args->vec]/ {
            @run[args->vec] = hist(nsecs - @entered[cpu, args->vec]);
        }""",
    "syscall": """
        tracepoint:raw_syscalls:sys_enter { @entered[tid] = nsecs; }
        tracepoint:raw_syscalls:sys_exit /@entered[tid]/ {
            @took[args->id] = hist(nsecs - @entered[tid]);
            delete(@entered[tid]);
        }""",
    "netdrop": "tracepoint:skb:kfree_skb { @[args->reason] = count(); }",
    "task": """
        tracepoint:sched:sched_process_fork { @forks = count(); }
        tracepoint:sched:sched_process_exec { @execs = count(); }
        tracepoint:sched:sched_process_exit { @exits = count(); }""",
    "workqueue": """
        tracepoint:workqueue:workqueue_activate_work { @activated[args->work] = nsecs; }
        tracepoint:workqueue:workqueue_execute_start /@activated[args->work]/ {
            @wait = hist(nsecs - @activated[args->work]);
            delete(@activated[args->work]);
        }""",
}


def commands(collector):
    """{name: command} of those that are installed."""
    found = {}
    if collector in TOOLS and shutil.which(TOOLS[collector][0]):
        found["libbpf-tools"] = TOOLS[collector]
    if collector in BPFTRACE and shutil.which("bpftrace"):
        found["bpftrace"] = ["bpftrace", "-e", BPFTRACE[collector]]
    return found


class DidNotStart(Exception):
    """A peer ended before it had attached a program."""


def settled(pid, seen):
    """Whether a process holds programs and has opened nothing since the last look: all is attached."""
    before, seen["descriptors"] = seen.get("descriptors"), os.listdir(f"/proc/{pid}/fd")
    if before != seen["descriptors"] or not programs_of(pid):
        time.sleep(0.05)
        return False
    return True


@contextlib.contextmanager
def running(command):
    """A tool from when it has attached its programs until the end of the block: its pid."""
    seen = {}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        try:
            until(lambda: process.poll() is not None or settled(process.pid, seen), 20, f"{command[0]} has programs")
            if process.poll() is not None:
                log.seek(0)
                raise DidNotStart(f"{command[0]}: {log.read().decode(errors='replace').strip()[-200:]}")
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def node_exporter():
    """Its path; None where there is none. scripts/bench unpacks it without installing a service."""
    unpacked = os.path.join(os.environ.get("BUILD", "build"), "node_exporter/usr/bin/prometheus-node-exporter")
    return unpacked if os.path.exists(unpacked) else shutil.which("prometheus-node-exporter")


@contextlib.contextmanager
def running_node_exporter():
    """(pid, port) of one that answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([node_exporter(), f"--web.listen-address=127.0.0.1:{port}"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as response:
            return response.read()

    try:
        until(answers, what="node_exporter answers")
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()
