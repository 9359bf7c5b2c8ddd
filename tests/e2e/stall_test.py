# SPDX-License-Identifier: GPL-2.0-only
"""Nobody whom the exporter talks to or reads from can stop it: not who reads its log, nor a file that never ends."""

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from dropins import BUILD
from exporter import BINARY, LISTENING, Exporter, run
from exposition import Scrape
from privilege import why_no_bpf
from workload import until

FLAGS = ["--collector.disable-defaults", "--collector.softirq"]
PIPE_BYTES = 4096
PRELOAD = os.path.abspath(os.path.join(BUILD, "tools", "stall.so"))


def setUpModule():
    if reason := why_no_bpf():
        raise unittest.SkipTest(reason)


def ask(port, request, timeout=5):
    """All that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout) as s:
        s.sendall(request)
        answer = b""
        while got := s.recv(65536):
            answer += got
        return answer


def get(port, path="/metrics"):
    return ask(port, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())


class LogTest(unittest.TestCase):
    def setUp(self):
        self.reading, writing = os.pipe()
        self.addCleanup(os.close, self.reading)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.process = subprocess.Popen(
            [BINARY, "--web.listen-address=127.0.0.1:0", "--log.level=debug", *FLAGS], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=writing)
        self.addCleanup(self.end)
        self.log = ""
        until(self.listens, 20, "the exporter listens")
        # From here on nobody reads, and nothing fits any more.
        os.set_blocking(self.reading, False)
        time.sleep(0.2)
        self.read()
        self.fill(writing)
        os.close(writing)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def listens(self):
        self.log += os.read(self.reading, PIPE_BYTES).decode()
        found = LISTENING.search(self.log)
        self.port = int(found[1].rpartition(":")[2]) if found else None
        return found

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while got := os.read(self.reading, 65536):
                self.log += got.decode()

    @staticmethod
    def fill(writing):
        """By a description of the pipe of our own: that of the exporter blocks, as those of most do."""
        fd = os.open(f"/proc/self/fd/{writing}", os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(fd, b"#\n" * (PIPE_BYTES // 2))
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(fd, b"\n")
        os.close(fd)

    def provoke(self, requests):
        """The library logs each of them by half a kilobyte."""
        for _ in range(requests):
            ask(self.port, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n")

    def dropped(self):
        body = get(self.port).partition(b"\r\n\r\n")[2].decode()
        return Scrape(body).value("bpf_exporter_log_lines_dropped_total")

    def test_a_reader_that_stalls_stops_neither_scrapes_nor_the_end(self):
        self.provoke(20)
        self.process.send_signal(signal.SIGHUP)
        for _ in range(20):
            self.assertTrue(get(self.port).startswith(b"HTTP/1.1 200 "))
        sent = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(5), 0)
        self.assertLess(time.monotonic() - sent, 3)

    def test_what_finds_no_room_is_dropped_counted_and_said(self):
        self.assertEqual(self.dropped(), 0)
        until(lambda: self.provoke(500) or self.dropped(), 60, "lines are dropped")
        dropped = self.dropped()
        until(lambda: self.read() or "log lines dropped" in self.log, 20, "it says so")
        said = sum(int(n) for n in re.findall(r'log lines dropped[^\n]*lines=(\d+)', self.log))
        self.assertGreaterEqual(said, dropped)


class FileTest(unittest.TestCase):
    """Files that a user names are regular ones; to look at others takes no time and nothing from them."""

    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory())

    def path(self, name):
        return os.path.join(self.directory, name)

    def fifo(self, name):
        os.mkfifo(self.path(name))
        return self.path(name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def test_a_fifo_for_a_file_is_refused_at_once(self):
        config = self.fifo("web.yml")
        done = run("--check", *FLAGS, f"--web.config.file={config}", timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"file '{config}': not a regular file: -EINVAL", done.stderr)

        key = self.fifo("key.pem")
        config = self.write("tls.yml", f"tls_server_config: {{cert_file: /dev/zero, key_file: {key}}}\n")
        done = run("--check", *FLAGS, f"--web.config.file={config}", timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("key 'tls_server_config.cert_file': /dev/zero: not a regular file: -EINVAL", done.stderr)

    def test_a_file_that_does_not_answer_stops_neither_scrapes_nor_the_end(self):
        """As one on a network that hangs: what was read last goes on."""
        config = self.write("web.yml", "http_server_config: {headers: {X-Frame-Options: deny}}\n")
        when = self.path("now")
        environment = {"LD_PRELOAD": PRELOAD, "STALL": "file", "STALL_WHEN": when}
        with Exporter([*FLAGS, f"--web.config.file={config}"], environment=environment, stop_timeout=3) as exporter:
            self.write("now", "")
            until(lambda: "it stalls" in exporter.stderr, 5, "it is looked at")
            for _ in range(5):
                status, headers, _ = exporter.request("/metrics")
                self.assertEqual((status, headers["X-Frame-Options"]), (200, "deny"))
            exporter.process.send_signal(signal.SIGHUP)
            until(lambda: "its file system does not answer" in exporter.stderr, 5, "it says so")
            self.assertEqual(exporter.request("/metrics")[0], 200)

    def test_a_drop_in_that_is_no_file_is_refused_and_leaves_the_others(self):
        fifo = self.fifo("a.bpf.o")
        os.symlink("/dev/kmsg", self.path("b.bpf.o"))
        pipe = "/sys/kernel/tracing/trace_pipe"
        if os.path.exists(pipe):
            os.symlink(pipe, self.path("c.bpf.o"))
        with Exporter([*FLAGS, f"--collector.directory={self.directory}"]) as exporter:
            exporter.scrape()
            until(lambda: exporter.stderr.count("not a regular file: -EINVAL") == 2, 5, "both are refused")
            self.assertIn(fifo, exporter.stderr)


if __name__ == "__main__":
    unittest.main()
