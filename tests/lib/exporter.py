# SPDX-License-Identifier: GPL-2.0-only
"""Runs the built exporter for a test and scrapes it:

    from exporter import Exporter, delta

    with Exporter(flags=["--collector.disable-defaults", "--collector.softirq"]) as exporter:
        before = exporter.scrape()
        ...
        after = exporter.scrape()
    self.assertEqual(delta(before, after, "node_x_total", op="read"), 100)

It listens on a port of the kernel's choice on 127.0.0.1. Leaving the block ends it with SIGTERM and
raises where it does not exit with 0 within stop_timeout seconds (times PATIENCE): for each program of
fentry, fexit, kprobes and uprobes the kernel waits a tenth of a second or more, one after the other.
"""

import http.client
import os
import re
import signal
import subprocess
import threading
import time
import unittest

from exposition import Histogram, Malformed, Scrape, delta  # noqa: F401 (for those who import from here)
from privilege import why_no_bpf
from workload import PATIENCE, until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("BPF_EXPORTER", os.path.join(TOP, "build", "bpf_exporter"))
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LISTENING = re.compile(r'Listening on"[ ,]+"?address"?[=:]"?([^"\s]+)')


class Exporter:
    """Attributes: pid, address ("127.0.0.1:PORT"), host, port, start_seconds, and after stop():
    status (exit code), stop_seconds, stderr (all of its log)."""

    def __init__(self, flags=(), *, wrapper=(), environment=None, listen="127.0.0.1:0", telemetry_path="/metrics",
                 ready_timeout=10, stop_timeout=10, program_metrics=True):
        self.command = [*wrapper, BINARY, f"--web.listen-address={listen}",
                        *(["--web.program-metrics"] if program_metrics else []), *flags]
        self.environment = {**os.environ, **(environment or {})}
        self.telemetry_path = telemetry_path
        self.ready_timeout, self.stop_timeout = ready_timeout, stop_timeout
        self.address = self.start_seconds = self.stop_seconds = self.status = None
        self._lines = []

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.process.poll() is None or kind is None:
            self.stop(check=kind is None)

    def start(self):
        """Start it and wait until it answers; skips the test where no program can be loaded."""
        if why_no_bpf():
            raise unittest.SkipTest(why_no_bpf())
        started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=self.environment, text=True, errors="replace")
        self.pid = self.process.pid
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            until(self._listens, self.ready_timeout, "the exporter listens")
            until(self._healthy, self.ready_timeout, "/-/healthy answers 200")
        except Exception as e:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"{' '.join(self.command)}: {e}\n{self.stderr}") from e
        self.start_seconds = time.monotonic() - started
        return self

    def stop(self, number=signal.SIGTERM, check=True):
        """Send a signal, wait for the end; with check, insist on exit 0 within stop_timeout."""
        sent = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.status = self.process.wait(timeout=self.stop_timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = self.process.wait()
        self.stop_seconds = time.monotonic() - sent
        self._reader.join()
        self.process.stderr.close()
        if check and self.status != 0:
            raise AssertionError(
                f"the exporter ended with {self.status} after {self.stop_seconds:.2f} s\n{self.stderr}")
        return self.stop_seconds

    def request(self, path, method="GET", headers=None):
        """One HTTP exchange: (status, headers, body bytes)."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10 * PATIENCE)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def scrape(self):
        """A strictly parsed Scrape of now."""
        status, headers, body = self.request(self.telemetry_path)
        if status != 200 or headers["Content-Type"] != CONTENT_TYPE:
            raise Malformed(f"answered {status} {headers['Content-Type']!r}: {body[:200]!r}")
        return Scrape(body.decode("utf-8"))

    @property
    def stderr(self):
        return "".join(self._lines)

    def resident_bytes(self):
        """Resident memory now, from /proc."""
        with open(f"/proc/{self.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        """CPU time used so far, user and system, to the scheduler's precision."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1e9

    def _read_log(self):
        for line in self.process.stderr:
            self._lines.append(line)

    def _listens(self):
        if self.process.poll() is not None:
            self._reader.join()
            raise RuntimeError(f"it ended with {self.process.returncode}")
        found = LISTENING.search(self.stderr)
        if found:
            self.address = found[1]
            host, _, port = found[1].rpartition(":")
            self.host, self.port = host.strip("[]"), int(port)
        return bool(found)

    def _healthy(self):
        try:
            return self.request("/-/healthy")[0] == 200
        except OSError:
            return False


def run(*flags, timeout=20 * PATIENCE, environment=None, wrapper=(), **popen):
    """Run the exporter to its end (--help, --check, bad flags): a CompletedProcess with text."""
    return subprocess.run(
        [*wrapper, BINARY, *flags], capture_output=True, text=True, errors="replace", timeout=timeout,
        stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, **popen)
