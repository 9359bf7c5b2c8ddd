# SPDX-License-Identifier: GPL-2.0-only
"""Scrapes by a client that costs next to nothing (scraper.c), and what they took."""

import contextlib
import dataclasses
import http.client
import os
import statistics
import subprocess

from dropins import BUILD
from machine import cpu_seconds
from workload import child

FORMATS = {  # as clients ask for them
    "text": [],
    "openmetrics": ["Accept: application/openmetrics-text;version=1.0.0"],
    "protobuf": ["Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"],
}
PACKINGS = {"plain": [], "gzip": ["Accept-Encoding: gzip"], "zstd": ["Accept-Encoding: zstd"]}


@dataclasses.dataclass
class Scrapes:
    """Seconds of each scrape as its client saw it; the exporter's CPU time and the bytes of one."""

    walls: list
    cpu: float
    bytes: float

    def quantile(self, q):
        return sorted(self.walls)[min(int(len(self.walls) * q), len(self.walls) - 1)]

    @property
    def median(self):
        return statistics.median(self.walls)


def run_client(port, clients, rounds, headers):
    command = [os.path.join(BUILD, "bench", "scraper"), str(port), str(clients), str(rounds), *headers]
    return [tuple(map(int, line.split())) for line in subprocess.check_output(command, text=True).splitlines()]


def scrape(pid, port, rounds, headers=(), clients=1):
    """Warm scrapes: three before them do not count."""
    run_client(port, 1, 3, headers)
    before = cpu_seconds(pid)
    seen = run_client(port, clients, rounds, headers)
    cpu = (cpu_seconds(pid) - before) / len(seen)
    return Scrapes([ns / 1e9 for ns, _ in seen], cpu, statistics.mean(size for _, size in seen))


@contextlib.contextmanager
def answerer(size):
    """The port of a server that only sends: a body of so many bytes, always the same."""
    command = [os.path.join(BUILD, "bench", "answerer"), str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield int(server.stdout.readline())
        server.stdin.close()


def least_walls(size, rounds, clients):
    """Seconds of each scrape from it, {clients: [...]}."""
    with answerer(size) as port:
        run_client(port, 1, 3, [])
        return {n: [ns / 1e9 for ns, _ in run_client(port, n, rounds, [])] for n in clients}


def count_samples(port):
    """Lines of the text format that are samples."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        body = connection.getresponse().read()
    return sum(1 for line in body.split(b"\n") if line and not line.startswith(b"#"))


def spin():
    while True:
        pass


@contextlib.contextmanager
def busy_machine():
    """Two tasks for each CPU that never sleep. The clients' own waits for a CPU do not count: they go first."""
    with contextlib.ExitStack() as stack:
        for _ in range(2 * os.cpu_count()):
            stack.enter_context(child(spin))
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        try:
            yield
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
