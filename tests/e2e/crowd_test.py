# SPDX-License-Identifier: GPL-2.0-only
"""Clients that are many, slow, greedy or half gone take nothing from the polite one beside them."""

import base64
import contextlib
import http.client
import itertools
import math
import os
import socket
import statistics
import struct
import tempfile
import threading
import time
import unittest

from exporter import Exporter
from exposition import Scrape
from privilege import why_no_bpf
from workload import PATIENCE, child, until

FLAGS = ["--collector.disable-defaults", "--collector.softirq"]
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
HASH = "$2y$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa"  # of "scrape me"
RIGHT = {"Authorization": "Basic cHJvbWV0aGV1czpzY3JhcGUgbWU="}  # prometheus:scrape me
PLACES = 512


def setUpModule():
    if reason := why_no_bpf():
        raise unittest.SkipTest(reason)


def connect(exporter, source="127.0.0.2", receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.bind((source, 0))
    s.settimeout(10 * PATIENCE)
    s.connect((exporter.host, exporter.port))
    return s


def read_all(s):
    got = b""
    with contextlib.suppress(ConnectionError):
        while more := s.recv(65536):
            got += more
    return got


class Scraper:
    """Asks by one connection after the other, as the first client of all, 127.0.0.1."""

    def __init__(self, exporter, headers=None):
        self.exporter, self.headers = exporter, headers or {}

    def get(self, path="/metrics"):
        return self.exporter.request(path, headers=self.headers)

    def refusals(self):
        """By (stage, reason)."""
        scrape = Scrape(self.get()[2].decode())
        found = {}
        for stage, reason in [("connection", "crowded"), ("connection", "refused"), ("request", "crowded"),
                              ("request", "slow"), ("request", "rate"), ("request", "password"),
                              ("answer", "slow"), ("answer", "crowded")]:
            found[stage, reason] = scrape.sum("bpf_exporter_web_refused_total", stage=stage, reason=reason)
        return found

    def seconds(self, number):
        """How long each of so many scrapes by one connection took; each is answered 200."""
        took = []
        connection = http.client.HTTPConnection(self.exporter.host, self.exporter.port, timeout=30 * PATIENCE)
        with contextlib.closing(connection):
            for _ in range(number):
                asked = time.monotonic()
                connection.request("GET", "/metrics", headers=self.headers)
                response = connection.getresponse()
                response.read()
                took.append(time.monotonic() - asked)
                if response.status != 200:
                    raise AssertionError(f"answered {response.status}")
        return took


class Crowd:
    """Threads that do the same until the block is left."""

    def __init__(self, number, act):
        self.number, self.act, self.over, self.acts = number, act, threading.Event(), itertools.count()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(self.number)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, i):
        while not self.over.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.act(i, next(self.acts))


class CrowdTest(unittest.TestCase):
    def start(self, *flags, **arguments):
        exporter = self.enterContext(Exporter([*FLAGS, *flags], **arguments))
        return exporter, Scraper(exporter)

    def test_clients_that_do_not_read_make_nobody_wait(self):
        """64 of them, and 503 for everybody else, while each held an answer."""
        exporter = self.enterContext(Exporter())
        scraper = Scraper(exporter)
        with contextlib.ExitStack() as stack:
            for _ in range(64):
                s = stack.enter_context(connect(exporter, receive_buffer=4096))
                s.sendall(REQUEST * 100)
                s.recv(1)
            time.sleep(0.5)
            for _ in range(30):
                self.assertEqual(scraper.get()[0], 200)
                time.sleep(0.05)
            self.assertGreater(scraper.refusals()["answer", "crowded"], 0)
            self.assertIn("stage=answer reason=crowded address=127.0.0.2:", exporter.stderr)

    def test_who_reads_nothing_of_an_answer_is_ended_and_who_reads_slowly_is_not(self):
        exporter = self.enterContext(Exporter())
        with connect(exporter, receive_buffer=4096) as silent, connect(exporter, receive_buffer=4096) as slow:
            for s in silent, slow:
                s.sendall(REQUEST * 200)
            started, read = time.monotonic(), 0
            while time.monotonic() - started < 22:
                read += len(slow.recv(8192))
                time.sleep(0.05)
            self.assertGreater(read, 22 * 20 * 2048)
            self.assertGreater(len(slow.recv(8192)), 0)
            self.assertEqual(Scraper(exporter).refusals()["answer", "slow"], 1)

    def test_idle_connections_shut_nobody_out(self):
        exporter, scraper = self.start()
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(connect(exporter, f"127.0.0.{2 + i % 4}")) for i in range(PLACES + 40)]
            for _ in range(10):
                self.assertEqual(scraper.get()[0], 200)
            until(lambda: scraper.refusals()["connection", "crowded"] >= 40, 10, "those that were first are closed")
            self.assertIn("stage=connection reason=crowded address=127.0.0.", exporter.stderr)
            self.assertEqual(idle[0].recv(1), b"")
            # One more is worth no more than one of the others.
            kept = connect(exporter, "127.0.0.9")
            stack.enter_context(kept)
            for _ in range(40):
                stack.enter_context(connect(exporter, "127.0.0.2"))
            kept.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(kept.recv(100).startswith(b"HTTP/1.1 200"))

    def test_greedy_scrapers_turn_nobody_away(self):
        """A hundred at once, each for something else, so that they share no answer."""
        exporter, scraper = self.start()

        def scrape(_, n):
            with connect(exporter) as s:
                s.sendall(f"GET /metrics?x={n} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                read_all(s)

        with Crowd(100, scrape):
            time.sleep(1)
            scraper.seconds(60)
        self.assertGreater(scraper.refusals()["request", "crowded"], 0)

    def test_a_hundred_for_the_same_share_it(self):
        exporter, scraper = self.start("--web.max-requests=10")

        def scrape(_, n):
            with connect(exporter) as s:
                s.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                read_all(s)

        with Crowd(100, scrape):
            time.sleep(0.5)
            Scraper(exporter).seconds(30)
        self.assertEqual(scraper.refusals()["request", "crowded"], 0)

    def test_a_request_with_the_end_behind_it_is_answered(self):
        exporter, _ = self.start()
        for _ in range(60):
            with connect(exporter) as s:
                s.sendall(REQUEST)
                s.shutdown(socket.SHUT_WR)
                self.assertTrue(read_all(s).startswith(b"HTTP/1.1 200 "))

    def test_a_thousand_slow_ones_beside_a_scraper(self):
        """One scrape in a hundred is all that p99 is: what else the machine does may take one of three rounds, not all."""
        ratios = []
        while len(ratios) < 3 and min(ratios, default=math.inf) >= 3 * PATIENCE:
            ratios.append(self.p99_beside_a_thousand_slow_ones())
        self.assertLess(min(ratios), 3 * PATIENCE)

    def p99_beside_a_thousand_slow_ones(self):
        """As a ratio to the p99 of the same scraper alone."""
        exporter, scraper = self.start()
        quiet = scraper.seconds(300)
        with contextlib.ExitStack() as stack:
            sockets = []
            for i in range(1000):
                s = stack.enter_context(connect(exporter, f"127.0.{1 + i % 200}.2"))
                s.sendall(b"GET /me")
                sockets.append(s)

            def drip():
                for s in itertools.cycle(sockets):
                    with contextlib.suppress(OSError):
                        s.send(b"t")
                    time.sleep(0.005)

            with child(drip):
                crowded = scraper.seconds(300)
        print(f"# median {statistics.median(quiet) * 1e3:.2f} and {statistics.median(crowded) * 1e3:.2f} ms")
        print(f"# p99 {sorted(quiet)[-4] * 1e3:.2f} ms, beside a thousand {sorted(crowded)[-4] * 1e3:.2f} ms")
        return sorted(crowded)[-4] / sorted(quiet)[-4]

    def test_clients_that_vanish_within_an_answer_leave_nothing(self):
        exporter = self.enterContext(Exporter())
        scraper = Scraper(exporter)

        def vanish(_, n):
            with connect(exporter, receive_buffer=4096) as s:
                s.sendall(REQUEST * 3)
                s.recv(1000)
                # Not closed in order: the kernel sends a reset.
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        before = len(os.listdir(f"/proc/{exporter.pid}/fd"))
        with Crowd(8, vanish):
            scraper.seconds(20)
        until(lambda: len(os.listdir(f"/proc/{exporter.pid}/fd")) <= before + 2, 5, "all descriptors are given back")
        self.assertEqual(scraper.get()[0], 200)


class PasswordTest(unittest.TestCase):
    def setUp(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        self.config = os.path.join(directory, "web.yml")
        with open(self.config, "w") as f:
            f.write(f"basic_auth_users: {{prometheus: {HASH}}}\n")
        os.chmod(self.config, 0o600)

    def start(self):
        class Guarded(Exporter):
            def _healthy(self):
                return True

        exporter = self.enterContext(Guarded([*FLAGS, f"--web.config.file={self.config}"]))
        return exporter, Scraper(exporter, RIGHT)

    @staticmethod
    def guess(exporter, n, source="127.0.0.2"):
        pair = base64.b64encode(f"prometheus:{n}".encode()).decode()
        s = connect(exporter, source)
        s.sendall(f"GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {pair}\r\n\r\n".encode())
        return s

    def test_who_is_known_waits_for_nobody_who_guesses(self):
        exporter, scraper = self.start()
        quiet = statistics.median(scraper.seconds(50))

        def guess(i, n):
            with self.guess(exporter, n, f"127.0.0.{2 + i}") as s:
                s.recv(100)

        with Crowd(20, guess):
            time.sleep(0.5)
            crowded = statistics.median(scraper.seconds(50))
        print(f"# median {quiet * 1e3:.2f} ms, beside twenty who guess {crowded * 1e3:.2f} ms")
        self.assertLess(crowded, max(5 * quiet, 0.1) * PATIENCE)
        self.assertEqual(scraper.get()[0], 200)

    def test_who_is_not_known_waits_for_one_guess_of_another_at_most(self):
        exporter, scraper = self.start()

        def guess(_, n):
            with self.guess(exporter, n) as s:
                s.recv(100)

        with Crowd(20, guess):
            time.sleep(0.5)
            asked = time.monotonic()
            self.assertEqual(scraper.get()[0], 200)
            self.assertLess(time.monotonic() - asked, 3 * PATIENCE)
        refusals = scraper.refusals()
        self.assertGreater(refusals["request", "rate"], 0)
        self.assertGreater(refusals["request", "password"], 0)

    def test_nothing_is_computed_for_who_has_left(self):
        exporter, scraper = self.start()
        before = exporter.cpu_seconds()
        with self.guess(exporter, "first") as s:
            self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 401"))
        one = exporter.cpu_seconds() - before
        before = exporter.cpu_seconds()
        for n in range(60):
            s = self.guess(exporter, n, f"127.0.0.{2 + n}")
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        self.assertEqual(scraper.get()[0], 200)
        self.assertLess(exporter.cpu_seconds() - before, 12 * one)

    def test_the_same_wrong_one_is_computed_once(self):
        exporter, _ = self.start()
        costs = []
        for _ in range(5):
            before = exporter.cpu_seconds()
            with self.guess(exporter, "same") as s:
                self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 401"))
            costs.append(exporter.cpu_seconds() - before)
        self.assertLess(max(costs[1:]), costs[0] / 4)

    def test_a_first_request_with_the_end_behind_it_is_answered(self):
        exporter, _ = self.start()
        with connect(exporter) as s:
            s.sendall(f"GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: {RIGHT['Authorization']}\r\n\r\n".encode())
            s.shutdown(socket.SHUT_WR)
            self.assertTrue(read_all(s).startswith(b"HTTP/1.1 200 "))


if __name__ == "__main__":
    unittest.main()
