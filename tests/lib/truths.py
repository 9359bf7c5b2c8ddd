# SPDX-License-Identifier: GPL-2.0-only
"""What metrics are held against: for each a counter of the kernel that counts the same, and a load that moves both.

Each row is read before and after the load, the kernel's counter around each scrape: the metric must lie between what that
counter grew by at least and at most, give or take `slack` events and the share `bound`. Nothing else is assumed, so others
on the machine do not disturb it.
"""

import contextlib
import glob
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
from dataclasses import dataclass

from exporter import delta
from workload import crowd

CPUS = os.cpu_count()


def read_file(path):
    with open(path) as f:
        return f.read()


def field(path, name):
    """The number that follows a name at the beginning of a line."""
    return int(re.search(rf"^{name}\s+(\d+)", read_file(path), re.MULTILINE)[1])


def snmp(protocol, name):
    names, values = (line.split() for line in read_file("/proc/net/snmp").splitlines() if line.startswith(f"{protocol}: "))
    return int(values[names.index(name)])


def softirqs():
    return sum(int(n) for line in read_file("/proc/softirqs").splitlines()[1:] for n in line.split()[1:])


def numbered_interrupts():
    lines = re.findall(r"^ *\d+:((?: +\d+)+)", read_file("/proc/interrupts"), re.MULTILINE)
    return sum(int(n) for line in lines for n in line.split())


def run_delay():
    """Nanoseconds that tasks waited for a CPU, by CPU."""
    return sum(int(line.split()[8]) for line in read_file("/proc/schedstat").splitlines() if line.startswith("cpu"))


def disk(column):
    """A column of the devices that have queues of requests (Documentation/block/stat.rst); 0 where there are none."""
    total = 0
    for path in glob.glob("/sys/block/*/stat"):
        if os.path.exists(os.path.join(os.path.dirname(path), "mq")):
            total += int((read_file(path).split() + ["0"] * 17)[column])
    return total


# ---- loads: each is what one task does ----


def forks():
    for _ in range(20):
        subprocess.run(["/bin/true"], check=True)


def connections():
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(100):
            client = socket.create_connection(server.getsockname())
            accepted, _ = server.accept()
            client.close()
            accepted.close()


def refused_connections():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for _ in range(50):
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(unused.getsockname())


def aborted_connections():
    """Each is reset by its program."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(50):
            client = socket.create_connection(server.getsockname())
            accepted, _ = server.accept()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            accepted.close()


def datagrams_to_nobody():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = unused.getsockname()
        unused.close()
        for _ in range(200):
            sender.sendto(b"x", nobody)


def turns():
    """Two threads wake each other."""
    near, far = socket.socketpair()

    def echo():
        while far.recv(1):
            far.send(b"x")

    thread = threading.Thread(target=echo)
    thread.start()
    for _ in range(1000):
        near.send(b"x")
        near.recv(1)
    near.close()
    thread.join()


def computing():
    for _ in range(30):
        sum(range(200000))


def written_files():
    with tempfile.NamedTemporaryFile() as file:
        for i in range(30):
            file.seek(0)
            file.write(bytes([i]) * 65536)
            file.flush()
            os.fsync(file.fileno())


def single_pages():
    """Pages far from one another, so that each is a folio of its own."""
    with tempfile.NamedTemporaryFile(buffering=0) as file:
        for i in range(300):
            os.pwrite(file.fileno(), b"x", i << 20)


@dataclass(frozen=True)
class Truth:
    collector: str
    metric: str
    labels: dict
    against: str  # in words
    read: object  # the kernel's counter, in the metric's events or nanoseconds
    load: object
    part: str = ""  # of a histogram: "count" or "sum"
    scale: int = 1_000_000_000  # of a sum: the counter's units in the metric's
    bound: float = 0.0  # share by which it may differ
    slack: int = 0  # events by which it may differ: where the kernel counts a moment before or after our program
    flags: tuple = ()
    why: str = ""  # the bound is not 0
    everywhere: bool = True  # whether all kernels tell this value of a label

    def shown(self, before, after):
        value = delta(before, after, self.metric, **self.labels)
        if not self.part:
            return value
        return value.count if self.part == "count" else round(value.sum * self.scale)

    def name(self):
        labels = ",".join(f'{k}="{v}"' for k, v in self.labels.items())
        return self.metric + (f"_{self.part}" if self.part else "") + (f"{{{labels}}}" if labels else "")


ONE_A_CPU = "the kernel counts a moment before the program runs: one event a CPU"

TRUTHS = (
    Truth("sched", "node_sched_switches_total", {}, "/proc/stat ctxt", lambda: field("/proc/stat", "ctxt"), turns,
          slack=2 * CPUS, why=ONE_A_CPU),
    Truth("sched", "node_sched_runqueue_latency_seconds", {}, "/proc/schedstat run_delay", run_delay, computing,
          part="sum", bound=0.01, slack=20_000_000,
          why="a task that is moved while it waits counts from its place on the new CPU on, and waits under way at a scrape "
              "are in neither or one of both"),
    Truth("task", "node_task_forks_total", {}, "/proc/stat processes", lambda: field("/proc/stat", "processes"), forks),
    Truth("softirq", "node_softirq_seconds", {}, "/proc/softirqs, all vectors", softirqs, turns, part="count",
          slack=20 * CPUS, why=ONE_A_CPU + " and vector"),
    Truth("hardirq", "node_hardirq_seconds", {}, "/proc/interrupts, numbered lines", numbered_interrupts, written_files,
          part="count", slack=8 * CPUS, why=ONE_A_CPU),
    Truth("block", "node_block_io_size_bytes", {"op": "write"}, "/sys/block/*/stat, sectors written",
          lambda: disk(6) * 512, written_files, part="sum", scale=1),
    Truth("block", "node_block_io_latency_seconds", {"op": "flush"}, "/sys/block/*/stat, flushes sent to the device",
          lambda: disk(15), written_files, part="count"),
    Truth("tcp", "node_tcp_opens_total", {"direction": "out", "result": "ok"}, "Tcp ActiveOpens (of connections that "
          "succeed)", lambda: snmp("Tcp", "ActiveOpens") - snmp("Tcp", "AttemptFails"), connections, slack=4),
    Truth("tcp", "node_tcp_opens_total", {"direction": "in", "result": "ok"}, "Tcp PassiveOpens",
          lambda: snmp("Tcp", "PassiveOpens"), connections, slack=4),
    Truth("tcp", "node_tcp_opens_total", {"direction": "out", "result": "refused"}, "Tcp AttemptFails",
          lambda: snmp("Tcp", "AttemptFails"), refused_connections, slack=4),
    Truth("tcpreset", "node_tcp_resets_total", {"direction": "out"}, "Tcp OutRsts", lambda: snmp("Tcp", "OutRsts"),
          aborted_connections, slack=4, why="before Linux 6.10 resets that no connection sends are not seen: not in this load"),
    Truth("netdrop", "node_net_drops_total", {"reason": "no_socket"}, "Udp NoPorts", lambda: snmp("Udp", "NoPorts"),
          datagrams_to_nobody, slack=4, everywhere=False),
    Truth("pagecache", "node_pagecache_operations_total", {"op": "dirty"}, "/proc/vmstat nr_dirtied",
          lambda: field("/proc/vmstat", "nr_dirtied"), single_pages, bound=0.1, slack=64 * CPUS,
          why="vmstat gathers what its CPUs counted once a second, and counts the pages of a folio"),
    Truth("majorfault", "node_mm_major_fault_seconds", {}, "/proc/vmstat pgmajfault",
          lambda: field("/proc/vmstat", "pgmajfault"), computing, part="count", slack=CPUS, why=ONE_A_CPU),
)


class Absent(Exception):
    """No program that feeds the metric runs here."""


def measure(truth, exporter, tasks):
    """(shown, least, most, lost): what the metric grew by, what the kernel's counter grew by at least and at most, and what
    the exporter says of events that it missed or lost meanwhile. With `tasks` above 1 in a crowd of so many on one CPU."""
    first = truth.read()
    before = exporter.scrape()
    least = truth.read()
    if tasks > 1:
        crowd(truth.load, tasks)
    else:
        truth.load()
    most = truth.read()
    after = exporter.scrape()
    last = truth.read()
    if truth.metric not in after.families or not (truth.everywhere or after.sum(truth.metric, **truth.labels)):
        raise Absent(f"{truth.metric} is absent on this kernel")
    lost = sum(after.sum(name, collector=truth.collector) - before.sum(name, collector=truth.collector)
               for name in ("bpf_exporter_events_lost_total", "bpf_exporter_program_missed_total") if name in after.families)
    return truth.shown(before, after), most - least, last - first, lost


def outside(truth, shown, least, most):
    """By how many events (or nanoseconds) it lies outside of the bound; 0 where it is within."""
    low = least - truth.slack - least * truth.bound
    high = most + truth.slack + most * truth.bound
    return max(low - shown, shown - high, 0)
