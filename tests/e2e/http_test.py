# SPDX-License-Identifier: GPL-2.0-only
"""HTTP as clients speak it, and as it should not be spoken: every request gets its answer or a closed connection,
and the next client is served as if nothing had been."""

import concurrent.futures
import contextlib
import random
import re
import signal
import socket
import time
import unittest

from exporter import CONTENT_TYPE, LISTENING, Exporter, run
from privilege import why_no_bpf
from workload import until

FLAGS = ["--collector.disable-defaults", "--collector.softirq"]
HEAD_SECONDS = 10  # that a client may take for a request's head
CLIENT_MAX = 128  # connections of one address


def setUpModule():
    if reason := why_no_bpf():
        raise unittest.SkipTest(reason)


class Answer:
    def __init__(self, head, body):
        self.line, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(self.line.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.body = body


class Client:
    """A connection that sends what it is told to, byte by byte."""

    def __init__(self, exporter, source=None, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(HEAD_SECONDS + 5)
        self.socket.connect((exporter.host, exporter.port))
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)
        return self

    def more(self):
        """Whether more came; False at the end of the connection."""
        try:
            got = self.socket.recv(65536)
        except ConnectionError:
            got = b""
        self.bytes += got
        return bool(got)

    def answer(self, body=True):
        """The next answer, or None where the connection ends before one."""
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                return None
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        answer = Answer(head, b"")
        length = int(answer.headers["content-length"]) if body else 0
        while len(self.bytes) < length:
            if not self.more():
                raise AssertionError(f"the body is cut: {len(self.bytes)} of {length} bytes")
        answer.body, self.bytes = self.bytes[:length], self.bytes[length:]
        return answer

    def rest(self):
        """What else comes until the connection ends."""
        while self.more():
            pass
        return self.bytes


def head(line, *headers, host="localhost"):
    lines = [line, *([f"Host: {host}"] if host is not None else []), *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = Exporter(FLAGS).start()
        cls.addClassCleanup(cls.exporter.stop)

    def tearDown(self):
        """Whatever a test did, the next client is served."""
        self.assertEqual(self.exporter.request("/-/healthy")[0], 200)

    def ask(self, data, body=True):
        with Client(self.exporter) as client:
            return client.send(data).answer(body)

    def get(self, path):
        return self.ask(head(f"GET {path} HTTP/1.1"))

    def test_metrics_are_text_of_the_format(self):
        answer = self.get("/metrics")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, CONTENT_TYPE))
        self.assertTrue(answer.body.endswith(b"\n"))
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(self.get("/metrics?format=x").status, 200)

    def test_healthy_says_ok(self):
        answer = self.get("/-/healthy")
        self.assertEqual((answer.status, answer.body), (200, b"OK\n"))

    def test_unknown_paths_are_404_and_name_the_known(self):
        for path in "/nope", "/metrics/", "//metrics", "/Metrics", "/metrics%2f", "/../metrics":
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual(answer.status, 404)
                self.assertIn(b"/metrics", answer.body)
                self.assertNotIn(b"nope", answer.body)

    def test_head_has_the_headers_of_get_and_no_body(self):
        for path in "/", "/-/healthy", "/metrics", "/nope":
            with self.subTest(path), Client(self.exporter) as client:
                got = client.send(head(f"GET {path} HTTP/1.1")).answer()
                answer = client.send(head(f"HEAD {path} HTTP/1.1")).answer(body=False)
                # Nothing of a body comes between: the next answer begins at once.
                self.assertEqual(client.send(head("GET /-/healthy HTTP/1.1")).answer().body, b"OK\n")
                self.assertEqual(answer.status, got.status)
                self.assertEqual(answer.headers.keys(), got.headers.keys())
                for name in answer.headers.keys() - {"date", "content-length" if path == "/metrics" else ""}:
                    self.assertEqual(answer.headers[name], got.headers[name])

    def test_other_methods_are_405_with_allow(self):
        for method in "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW", "get":
            with self.subTest(method):
                answer = self.ask(head(f"{method} /metrics HTTP/1.1"))
                self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))

    def test_a_connection_is_kept_for_the_next_request(self):
        with Client(self.exporter) as client:
            for _ in range(3):
                self.assertEqual(client.send(head("GET /metrics HTTP/1.1")).answer().status, 200)

    def test_requests_sent_at_once_are_answered_in_their_order(self):
        with Client(self.exporter) as client:
            client.send(head("GET /-/healthy HTTP/1.1") + head("GET /nope HTTP/1.1") + head("GET / HTTP/1.1"))
            self.assertEqual([client.answer().status for _ in range(3)], [200, 404, 200])

    def test_the_absolute_form_is_the_same_page(self):
        for target in "http://localhost/-/healthy", "http://[::1]:9435/-/healthy?x", "HTTP://a/-/healthy":
            with self.subTest(target):
                self.assertEqual(self.get(target).body, b"OK\n")
        self.assertIn(b"<h1>bpf_exporter</h1>", self.get("http://localhost").body)

    def test_malformed_targets_are_400(self):
        for target in "*", "metrics", "/%", "/%zz", "/metrics%00", "http://", "http://a b/", "ftp://a/", "/#x", "a:1":
            with self.subTest(target):
                answer = self.get(target)
                # With a space in the target, the request line has no meaning at all.
                self.assertEqual(answer.status if answer else 400, 400)

    def test_a_host_is_needed_once_and_valid(self):
        for hosts in [], ["a", "b"], ["a", "a"], ["a b"], ["http://a"], ["a:b"], ["a:70000"], ["[::1"], ["u@a"], ["ä"]:
            with self.subTest(hosts):
                lines = [f"Host: {host}" for host in hosts]
                answer = self.ask(head("GET /metrics HTTP/1.1", *lines, host=None))
                self.assertEqual(answer.status, 400)
        for host in "localhost", "127.0.0.1:9435", "[::1]:1", "":
            with self.subTest(host):
                self.assertEqual(self.ask(head("GET /-/healthy HTTP/1.1", host=host)).status, 200)
        self.assertEqual(self.ask(head("GET /-/healthy HTTP/1.0", host=None)).status, 200)

    def test_content_is_refused_and_the_connection_closed(self):
        for line, status in (
            ("Content-Length: 5", 413),
            ("Content-Length: 18446744073709551616", 413),
            ("Content-Length: x", 400),
            ("Content-Length: -1", 400),
            ("Transfer-Encoding: chunked", 413),
            ("Transfer-Encoding: gzip, chunked", 501),
            ("Transfer-Encoding: nonsense", 501),
            ("Content-Length: 0\r\nContent-Length: 5", 413),
            ("Content-Length: 0\r\nTransfer-Encoding: chunked", 413),
        ):
            # Were the content taken for a request, it would be answered. (libmicrohttpd 0.9.75 sends the head of
            # its own 400 and 413 twice; versions from 1.0 on say 400 to ever more of these.)
            with self.subTest(line), Client(self.exporter) as client:
                started = time.monotonic()
                client.send(head("GET /metrics HTTP/1.1", line) + b"zzz\r\n" + head("GET /-/healthy HTTP/1.1"))
                got = client.answer().status
                self.assertIn(got, {status, 400})
                self.assertNotIn(b"OK\n", client.rest())
                self.assertLess(time.monotonic() - started, 2)

    def test_garbage_is_400_or_the_end(self):
        for data in (
            b"\0\0\0\0\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET /metr\0ics HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\nHo\0st: a\r\n\r\n",
            b"GET /metrics HTTP/9.9\r\nHost: a\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\nHost\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\n: a\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET  /metrics  HTTP/1.1\r\nHost: a\r\n\r\n",
            b"\r\n" * 1000 + b"\r\n\r\n",
        ):
            with self.subTest(data[:40]), Client(self.exporter) as client:
                client.send(data)
                client.socket.shutdown(socket.SHUT_WR)
                answer = client.answer()
                self.assertTrue(answer is None or answer.status >= 400, answer and answer.line)

    def test_nul_in_a_value_ends_the_value_or_the_request(self):
        """As libmicrohttpd 0.9 or 1.0 reads it; what matters is that nothing behind it is taken for another header."""
        answer = self.ask(b"GET /-/healthy HTTP/1.1\r\nHost: a\0Host: b\r\nX: \0\r\n\r\n")
        self.assertTrue(answer.body == b"OK\n" or answer.status == 400, answer.line)

    def test_random_bytes_never_hurt(self):
        noise = random.Random(1)
        request = bytearray(head("GET /metrics?a=b HTTP/1.1", "Accept: */*", "Connection: keep-alive"))
        for _ in range(500):
            data = bytearray(request)
            for _ in range(noise.randrange(1, 8)):
                data[noise.randrange(len(data))] = noise.randrange(256)
            with Client(self.exporter) as client:
                client.send(data + b"\r\n\r\n")
                client.socket.shutdown(socket.SHUT_WR)
                client.answer(body=False)

    def test_oversized_heads_are_refused(self):
        for data in (
            head("GET /" + "a" * 100000 + " HTTP/1.1"),
            head("GET /?" + "a" * 100000 + " HTTP/1.1"),
            head("GET /?" + "a" * 3000 + " HTTP/1.1"),
            head("GET /metrics HTTP/1.1", "X: " + "a" * 100000),
            head("GET /metrics HTTP/1.1", *(f"X{i}: y" for i in range(10000))),
            head("A" * 100000 + " / HTTP/1.1"),
        ):
            with self.subTest(data[:20]):
                answer = self.ask(data)
                self.assertTrue(answer is None or answer.status in (413, 414, 431), answer and answer.line)

    def test_many_scrapes_at_once_are_all_whole(self):
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda _: self.get("/metrics"), range(200)))
        for answer in answers:
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.body.endswith(b"\n"))

    def test_a_slow_head_ends_and_keeps_nobody_waiting(self):
        with Client(self.exporter) as slow, Client(self.exporter) as silent:
            started = time.monotonic()
            for byte in b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n":
                slow.send(bytes([byte]))
                asked = time.monotonic()
                self.assertEqual(self.get("/-/healthy").status, 200)
                self.assertLess(time.monotonic() - asked, 1)
                slow.socket.settimeout(0.5)
                with contextlib.suppress(TimeoutError):
                    if not slow.more():
                        break
            self.assertLess(time.monotonic() - started, HEAD_SECONDS + 2)
            self.assertGreater(time.monotonic() - started, HEAD_SECONDS - 2)
            self.assertEqual(slow.bytes + silent.rest(), b"")

    def test_one_client_cannot_take_all_connections(self):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(self.exporter, source="127.0.0.2")) for _ in range(CLIENT_MAX + 30)]
            # Those over the limit are closed, in whatever thread they came.
            refused = 0
            for client in clients:
                client.send(head("GET /-/healthy HTTP/1.1"))
                answer = client.answer()
                refused += answer is None
            self.assertGreaterEqual(refused, 1)
            self.assertGreaterEqual(len(clients) - refused, 30)
            self.assertEqual(self.get("/-/healthy").status, 200)

    def test_clients_that_leave_within_a_request_keep_no_place(self):
        for data in b"GET /me", head("GET /metrics HTTP/1.1"), head("GET /metrics HTTP/1.1") + b"GET":
            with self.subTest(data):
                for _ in range(2 * CLIENT_MAX):
                    with Client(self.exporter) as client:
                        client.send(data)
                until(lambda: not half_closed(self.exporter.port), 3, "all their connections are closed")

    def test_the_page_is_html_that_loads_nothing(self):
        answer = self.get("/")
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.headers["content-security-policy"])
        text = answer.body.decode()
        self.assertIn('href="./metrics"', text)
        self.assertIn('href="./-/healthy"', text)
        self.assertRegex(text, r"(?s)<strong>softirq</strong>.*running")
        self.assertNotIn("<script", text)
        self.assertTrue(balanced(text))


def half_closed(port):
    """How many connections to a port their client has closed and the exporter has not (CLOSE_WAIT)."""
    with open("/proc/net/tcp") as f:
        fields = [line.split() for line in f]
    return sum(local.endswith(f":{port:04X}") and state == "08" for _, local, _, state, *_ in fields[1:])


def balanced(html):
    """Every element is closed where it should be."""
    stack = []
    for closing, name in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", html):
        if name in ("meta", "br"):
            continue
        if closing:
            if not stack or stack.pop() != name:
                return False
        else:
            stack.append(name)
    return not stack


class StartTest(unittest.TestCase):
    """What needs an exporter of its own."""

    def test_scrapes_over_the_limit_are_503_until_one_ends(self):
        with Exporter(["--web.max-requests=1"]) as exporter, Client(exporter, receive_buffer=4096) as slow:
            # One answer may fit into the sockets' buffers; so many do not, and nobody reads them.
            slow.send(head("GET /metrics HTTP/1.1") * 100)
            until(lambda: exporter.request("/metrics")[0] == 503, 5, "the slot is taken")
            self.assertEqual(exporter.request("/-/healthy")[0], 200)
            for _ in range(100):
                self.assertIn(slow.answer().status, (200, 503))
            until(lambda: exporter.request("/metrics")[0] == 200, 5, "the slot is free")

    def test_no_limit_is_no_limit(self):
        with Exporter(["--web.max-requests=0"]) as exporter, contextlib.ExitStack() as stack:
            for _ in range(3):
                client = stack.enter_context(Client(exporter, receive_buffer=4096))
                client.send(head("GET /metrics HTTP/1.1") * 100)
                client.more()
            self.assertEqual(exporter.request("/metrics")[0], 200)

    def test_the_end_waits_for_nobody_longer_than_a_second(self):
        exporter = Exporter(stop_timeout=1)
        with exporter, Client(exporter, receive_buffer=4096) as slow, Client(exporter) as idle:
            slow.send(head("GET /metrics HTTP/1.1") * 100)
            slow.more()
            idle.send(head("GET /-/healthy HTTP/1.1")).answer()
            exporter.stop(signal.SIGINT)
        self.assertEqual(exporter.status, 0)

    def test_every_address_is_listened_on(self):
        with Exporter([*FLAGS, "--web.listen-address=[::1]:0", "--web.listen-address", "127.0.0.3:0"]) as exporter:
            # It is ready when the first address listens; the log of the others may still be on its way.
            until(lambda: len(LISTENING.findall(exporter.stderr)) == 3, 5, "three addresses are listened on")
            found = [match[1].rpartition(":") for match in LISTENING.finditer(exporter.stderr)]
            self.assertEqual([host for host, _, _ in found], ["127.0.0.1", "[::1]", "127.0.0.3"])
            for host, _, port in found:
                with socket.create_connection((host.strip("[]"), int(port)), 5) as s:
                    s.sendall(head("GET /-/healthy HTTP/1.1"))
                    self.assertTrue(s.recv(1000).startswith(b"HTTP/1.1 200 OK"))

    def test_a_port_alone_is_both_families(self):
        with Exporter(FLAGS, listen=":0") as exporter:
            for host in "127.0.0.1", "::1":
                socket.create_connection((host, exporter.port), 5).close()

    def test_a_port_in_use_is_said_with_what_to_do(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = run(*FLAGS, f"--web.listen-address={address}")
        self.assertEqual(done.returncode, 1)
        self.assertIn(
            f"listen address '{address}': address already in use: -EADDRINUSE; stop what listens there or choose "
            "another --web.listen-address", done.stderr)

    def test_the_path_of_the_metrics_is_a_choice(self):
        with Exporter([*FLAGS, "--web.telemetry-path=/a/b"], telemetry_path="/a/b") as exporter:
            exporter.scrape()
            self.assertEqual(exporter.request("/metrics")[0], 404)
            self.assertIn(b'href="./a/b"', exporter.request("/")[2])
        with Exporter([*FLAGS, "--web.telemetry-path=/"], telemetry_path="/") as exporter:
            exporter.scrape()

    def test_sighup_with_nothing_to_read_is_said(self):
        with Exporter(FLAGS) as exporter:
            exporter.process.send_signal(signal.SIGHUP)
            until(lambda: "SIGHUP: no web configuration to read again" in exporter.stderr, 5, "it says so")
            exporter.scrape()


if __name__ == "__main__":
    unittest.main()
