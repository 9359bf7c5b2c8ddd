# SPDX-License-Identifier: GPL-2.0-only
"""The web configuration, as curl, openssl, promtool and Prometheus see it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from exporter import LISTENING, TOP, Exporter, run
from exposition import Scrape
from pki import Pki
from privilege import why_no_bpf
from prometheus import Prometheus, have_prometheus
from workload import until

FLAGS = ["--collector.disable-defaults", "--collector.softirq"]
HASH = "$2y$10$NoeL4kXcV3Rg8yRyqHq4bO9dn26Oa8kc.0Alne6xjJ1dXqnQQpHPa"  # of "scrape me"
TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
USERS = f"basic_auth_users:\n  prometheus: {HASH}\n"
RIGHT = ("-u", "prometheus:scrape me")


def setUpModule():
    if reason := why_no_bpf():
        raise unittest.SkipTest(reason)
    for tool in "curl", "openssl":
        if not shutil.which(tool):
            raise unittest.SkipTest(f"needs {tool}")
    directory = unittest.enterModuleContext(tempfile.TemporaryDirectory(prefix="webconfig."))
    global pki
    pki = Pki(directory)
    pki.issue("server", "DNS:localhost,DNS:host.example,IP:127.0.0.1")
    pki.issue("rsa", "DNS:localhost,IP:127.0.0.1", key="rsa")
    pki.issue("prometheus", "DNS:prometheus.example,IP:10.0.0.7,URI:spiffe://a/b,email:a@b.example", "clientAuth")
    pki.issue("other", "DNS:other.example", "clientAuth")
    Pki(directory, "strangers").issue("stranger", "DNS:prometheus.example", "clientAuth")


def write(text, name="web.yml"):
    """By renaming, as the documentation asks for."""
    with open(pki.path(name + ".new"), "w") as f:
        f.write(text)
    os.rename(pki.path(name + ".new"), pki.path(name))
    return pki.path(name)


class WebExporter(Exporter):
    """With a web configuration; `fetch` is curl's."""

    def __init__(self, text, *more, **arguments):
        super().__init__([*FLAGS, f"--web.config.file={write(text)}", *more], **arguments)

    def _healthy(self):
        return True  # nobody without a certificate or password is told

    def fetch(self, path="/-/healthy", *flags, scheme="https"):
        """(status, headers); status 0 where there is no answer."""
        done = subprocess.run(
            ["curl", "-sS", "-m", "10", "--cacert", pki.path("ca.pem"), "-o", "/dev/null", "-D", "-",
             "-w", "\n%{http_code}", *flags, f"{scheme}://localhost:{self.port}{path}"],
            capture_output=True, text=True, timeout=20)
        head, _, status = done.stdout.rpartition("\n")
        headers = [line.split(": ", 1) for line in head.splitlines() if ": " in line]
        return int(status), {name.lower(): value for name, value in headers}

    def ask(self, *flags, scheme="https"):
        return self.fetch("/-/healthy", *flags, scheme=scheme)[0]

    def handshake(self, *flags):
        """(version, cipher) or None, as openssl's client sees it."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", pki.path("ca.pem"), *flags],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        cipher = re.search(r"Cipher is (\S+)", done.stdout)
        version = re.search(r"Protocol *: (\S+)", done.stdout) or re.search(r"New, (\S+),", done.stdout)
        return None if not cipher or cipher[1] == "(NONE)" else (version[1], cipher[1])

    def change(self, text, says):
        """Change the file and wait for the log to say so."""
        seen = len(self.stderr)
        write(text)
        self.process.send_signal(signal.SIGHUP)
        until(lambda: says in self.stderr[seen:], 5, f"the log says {says!r}")


def certificate(name):
    return "--cert", pki.path(f"{name}.pem"), "--key", pki.path(f"{name}.key")


def stop(exporter):
    exporter.process.terminate()
    exporter.process.wait()
    exporter._reader.join()
    exporter.process.stderr.close()


class ServingTest(unittest.TestCase):
    def start(self, text, *more, **arguments):
        exporter = WebExporter(text, *more, **arguments).start()
        self.addCleanup(stop, exporter)
        return exporter

    # ---- TLS ----

    def test_tls_is_served_to_who_trusts_the_ca(self):
        exporter = self.start(TLS)
        self.assertEqual(exporter.ask(), 200)
        self.assertEqual(exporter.ask("--cacert", pki.path("strangers.pem")), 0)
        self.assertEqual(exporter.handshake("-tls1_3")[0], "TLSv1.3")
        self.assertEqual(exporter.handshake("-tls1_2")[0], "TLSv1.2")
        self.assertIsNone(exporter.handshake("-tls1_1", "-cipher", "ALL@SECLEVEL=0"))

    def test_pem_may_stand_in_the_file(self):
        inline = "".join(f"  {key}: |\n{textwrap.indent(pki.text(file), '    ')}"
                         for key, file in {"cert": "server.pem", "key": "server.key", "client_ca": "ca.pem"}.items())
        exporter = self.start("tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n" + inline)
        self.assertEqual(exporter.ask(), 0)
        self.assertEqual(exporter.ask(*certificate("other")), 200)

    def test_versions_suites_and_curves_change_with_the_file(self):
        exporter = self.start(TLS + "  min_version: TLS13\n")
        read_again = "web configuration read again"
        self.assertIsNone(exporter.handshake("-tls1_2"))
        self.assertTrue(exporter.handshake("-tls1_3"))
        exporter.change(TLS + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,"
                        " TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n", read_again)
        self.assertIsNone(exporter.handshake("-tls1_3"))
        aes128, aes256, cbc128, cbc256 = (f"ECDHE-ECDSA-AES{x}" for x in ["128-GCM-SHA256", "256-GCM-SHA384",
                                                                          "128-SHA", "256-SHA"])
        for offered, chosen in [(aes256, aes256), (cbc128, cbc128), (f"{cbc128}:{aes256}", aes256),
                                (aes128, None), (cbc256, None), (f"{aes128}:{cbc128}", cbc128)]:
            with self.subTest(offered):
                got = exporter.handshake("-tls1_2", "-cipher", offered)
                self.assertEqual(got and got[1], chosen)
        exporter.change(TLS + "  prefer_server_cipher_suites: false\n  cipher_suites: ["
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n", read_again)
        self.assertEqual(exporter.handshake("-tls1_2", "-cipher", f"{cbc128}:{aes256}")[1], cbc128)
        self.assertEqual(exporter.handshake()[0], "TLSv1.3")
        self.assertIsNone(exporter.handshake("-tls1_2", "-cipher", aes128))
        exporter.change(TLS + "  curve_preferences: [CurveP384]\n", read_again)
        self.assertTrue(exporter.handshake("-groups", "P-384"))
        self.assertIsNone(exporter.handshake("-groups", "X25519:P-256"))
        exporter.change(TLS + "  min_version: TLS10\n", read_again)
        self.assertTrue(exporter.handshake("-tls1_1", "-cipher", "ALL@SECLEVEL=0"))

    def test_rsa_keys_take_the_suites_of_rsa(self):
        exporter = self.start(TLS.replace("server.", "rsa.") + "  max_version: TLS12\n  cipher_suites: ["
                              "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]\n")
        self.assertEqual(exporter.handshake()[1], "AES128-GCM-SHA256")
        self.assertIsNone(exporter.handshake("-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))

    def test_each_policy_lets_in_whom_it_says(self):
        exporter = self.start(TLS)
        served = {  # nobody's, ours, a stranger's certificate
            "NoClientCert": (200, 200, 200),
            "RequestClientCert": (200, 200, 200),
            "RequireAnyClientCert": (0, 200, 200),
            "VerifyClientCertIfGiven": (200, 200, 0),
            "RequireAndVerifyClientCert": (0, 200, 0),
        }
        for policy, expected in served.items():
            with self.subTest(policy):
                ca = "" if policy == "NoClientCert" else "  client_ca_file: ca.pem\n"
                exporter.change(f"{TLS}  client_auth_type: {policy}\n{ca}", "read again")
                self.assertEqual((exporter.ask(), exporter.ask(*certificate("other")),
                                  exporter.ask(*certificate("stranger"))), expected)
        # A server's certificate is not meant for clients.
        self.assertEqual(exporter.ask(*certificate("server")), 0)

    def test_a_name_of_the_certificate_must_be_in_the_list(self):
        exporter = self.start(TLS)
        verified = f"{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
        for names, expected in [("prometheus.example", 200), ("x.example, 10.0.0.7", 200), ("spiffe://a/b", 200),
                                ("a@b.example", 200), ("example", 0), ("prometheus", 0), ("Prometheus.example", 0)]:
            with self.subTest(names):
                exporter.change(f"{verified}  client_allowed_sans: [{names}]\n", "read again")
                self.assertEqual(exporter.ask(*certificate("prometheus")), expected)
        self.assertEqual(exporter.ask(*certificate("other")), 0)

    def test_a_new_certificate_is_shown_within_a_second(self):
        for suffix in "pem", "key":
            shutil.copy(pki.path(f"server.{suffix}"), pki.path(f"turn.{suffix}"))
        exporter = self.start(TLS.replace("server.", "turn."))
        self.assertTrue(exporter.handshake())
        key, pem = pki.text("rsa.key"), pki.text("rsa.pem")
        write(key, "turn.key")
        self.assertEqual(exporter.ask(), 200)  # the old pair holds until the new one is complete
        until(lambda: "rejected, the previous one stays in effect" in exporter.stderr, 5, "the log says so")
        write(pem, "turn.pem")
        until(lambda: "read again" in exporter.stderr, 5, "the log says so")
        self.assertEqual(exporter.handshake("-tls1_2", "-cipher", "aRSA")[0], "TLSv1.2")

    def refused(self, exporter, reason):
        """How many handshakes failed for a reason, by a scrape of the exporter itself."""
        done = subprocess.run(["curl", "-sS", "--cacert", pki.path("ca.pem"), f"https://localhost:{exporter.port}/metrics",
                               *certificate("prometheus")], capture_output=True, text=True, timeout=20)
        return Scrape(done.stdout).sum("bpf_exporter_web_refused_total", stage="handshake", reason=reason)

    def test_a_handshake_that_fails_is_told_to_the_client_logged_and_counted(self):
        exporter = self.start(TLS + "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n")
        for reason, alert, *flags in (
            ("parameters", "alert protocol version", "-tls1_1", "-cipher", "ALL@SECLEVEL=0"),
            ("parameters", "alert handshake failure", "-tls1_2", "-cipher", "AES128-SHA@SECLEVEL=0"),
            ("certificate", "alert certificate required", "-tls1_3"),
            ("certificate", "alert bad certificate", "-tls1_3", "-cert", pki.path("stranger.pem"), "-key",
             pki.path("stranger.key")),
        ):
            with self.subTest(alert):
                before = self.refused(exporter, reason)
                done = subprocess.run(
                    ["openssl", "s_client", "-connect", f"127.0.0.1:{exporter.port}", "-ign_eof", *flags],
                    input="GET / HTTP/1.0\n\n",
                    capture_output=True, text=True, timeout=20)
                self.assertIn(alert, done.stderr)
                until(lambda: self.refused(exporter, reason) == before + 1, 5, "it is counted")
        self.assertRegex(exporter.stderr, r'msg="TLS handshake failed" address=127\.0\.0\.1:\d+ reason=')
        self.assertEqual(exporter.ask(*certificate("prometheus")), 200)

    def test_plain_http_is_told_to_speak_tls(self):
        exporter = self.start(TLS)
        with socket.create_connection(("127.0.0.1", exporter.port), 5) as s:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 500 + b"\r\n")
            answer = b""
            while more := s.recv(4096):
                answer += more
        self.assertTrue(answer.startswith(b"HTTP/1.0 400 "), answer)
        self.assertIn(b"use https://", answer)
        self.assertEqual(self.refused(exporter, "plain_http"), 1)
        self.assertIn('reason="plain HTTP"', exporter.stderr)

    def test_handshakes_that_stall_make_nobody_wait(self):
        exporter = self.start(TLS)
        hello = bytes.fromhex("1603010200010001fc0303") + bytes(100)
        stalled = [socket.create_connection(("127.0.0.1", exporter.port), 20) for _ in range(60)]
        for s in stalled:
            self.addCleanup(s.close)
            s.sendall(hello)
        started = time.monotonic()
        for _ in range(10):
            self.assertEqual(exporter.ask(), 200)
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(stalled[-1].recv(1), b"")  # as a head that does not come, after ten seconds
        self.assertLess(time.monotonic() - started, 15)

    def test_a_key_that_everybody_can_read_is_said(self):
        for suffix in "pem", "key":
            shutil.copy(pki.path(f"server.{suffix}"), pki.path(f"open.{suffix}"))
        os.chmod(pki.path("open.key"), 0o640)
        exporter = self.start(TLS.replace("server.", "open."))
        self.assertNotIn("can read a secret", exporter.stderr)
        os.chmod(pki.path("open.key"), 0o644)
        until(lambda: "every user of this host can read a secret" in exporter.stderr, 5, "it says so")
        self.assertIn("open.key", exporter.stderr)

    # ---- authentication ----

    def test_the_right_password_opens_every_path_and_nothing_else_does(self):
        exporter = self.start(USERS)
        for path in "/", "/metrics", "/-/healthy":
            with self.subTest(path):
                self.assertEqual(exporter.fetch(path, *RIGHT, scheme="http")[0], 200)
                status, headers = exporter.fetch(path, scheme="http")
                self.assertEqual((status, headers["www-authenticate"]), (401, 'Basic realm="bpf_exporter"'))
        self.assertEqual(exporter.fetch("/nope", scheme="http")[0], 401)
        for pair in "prometheus:scrape", "prometheus:", "other:scrape me", ":scrape me":
            with self.subTest(pair):
                self.assertEqual(exporter.ask("-u", pair, scheme="http"), 401)
        self.assertNotIn("scrape me", exporter.stderr)

    def test_an_unknown_user_waits_as_long_as_a_wrong_password(self):
        exporter = self.start(USERS)

        def cost(pair):
            """CPU seconds of the exporter for one request: its own, however busy the machine is."""
            costs = []
            for i in range(5):
                before = exporter.cpu_seconds()
                exporter.ask("-u", f"{pair}{i}", scheme="http")
                costs.append(exporter.cpu_seconds() - before)
            return min(costs)

        wrong, unknown = cost("prometheus:wrong"), cost("nobody:wrong")
        self.assertLess(max(wrong, unknown) / min(wrong, unknown), 1.5)

    # ---- changes ----

    def test_a_change_holds_and_a_broken_one_not_at_all(self):
        exporter = self.start(USERS)
        self.assertEqual(exporter.ask(scheme="http"), 401)
        exporter.change("http_server_config: {headers: {X-Frame-Options: deny}}\n", "read again")
        self.assertEqual(exporter.ask(scheme="http"), 200)
        broken = "http_server_config: {header: {}}\n"
        exporter.change(broken, "did you mean 'headers'?")
        for _ in range(5):
            self.assertEqual(exporter.fetch(scheme="http")[1]["x-frame-options"], "deny")
        time.sleep(2.5)  # it is looked at every second, and is young no longer
        self.assertEqual(exporter.stderr.count("did you mean 'headers'?"), 1)
        exporter.change(TLS, "that needs a restart")
        self.assertEqual(exporter.ask(scheme="http"), 200)
        os.unlink(pki.path("web.yml"))
        until(lambda: "cannot be read: -ENOENT" in exporter.stderr, 5, "that is seen")
        self.assertEqual(exporter.ask(scheme="http"), 200)
        exporter.change(USERS, "read again")
        self.assertEqual(exporter.ask(scheme="http"), 401)

    def test_headers_stand_in_every_answer(self):
        exporter = self.start("http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: sameorigin\n"
                              "    Content-Security-Policy: default-src 'none'\n    X-Content-Type-Options: nosniff\n"
                              "    Strict-Transport-Security: ''\n" + USERS)
        for path, flags in ("/", RIGHT), ("/metrics", RIGHT), ("/nope", RIGHT), ("/", ()), ("/", ("-X", "POST")):
            with self.subTest(path=path, flags=flags):
                headers = exporter.fetch(path, *flags, scheme="http")[1]
                self.assertEqual((headers["x-frame-options"], headers["content-security-policy"]),
                                 ("sameorigin", "default-src 'none'"))
                self.assertNotIn("strict-transport-security", headers)
        self.assertIn("the exporter serves HTTP/1.1 only", exporter.stderr)

    def test_requests_beyond_the_rate_are_429(self):
        exporter = self.start("rate_limit: {interval: 1h, burst: 3}\n" + USERS)
        self.assertEqual([exporter.ask(scheme="http") for _ in range(2)], [401] * 2)
        # Who is known passes, however often; it took the last place to become so.
        self.assertEqual([exporter.ask(*RIGHT, scheme="http") for _ in range(5)], [200] * 5)
        self.assertEqual([exporter.ask(scheme="http") for _ in range(2)], [429] * 2)
        self.assertEqual(exporter.ask("-u", "prometheus:guess", scheme="http"), 429)
        self.assertEqual(exporter.ask(*RIGHT, scheme="http"), 200)
        exporter.change("rate_limit: {interval: 1h, burst: 3}\n", "read again")
        self.assertEqual([exporter.ask(scheme="http") for _ in range(5)], [429] * 5)
        exporter.change("rate_limit: {interval: 1ms, burst: 1}\n", "read again")
        until(lambda: exporter.ask(scheme="http") == 200, 5, "the new limit holds")

    # ---- the documented example, and who comes with it ----

    def documented(self):
        with open(os.path.join(TOP, "docs/web-configuration.md")) as f:
            example = re.search(r"```yaml\n(.*?)```", f.read(), re.S)[1]
        shutil.copy(pki.path("ca.pem"), pki.path("clients-ca.pem"))
        return example

    def test_the_documented_example_works(self):
        exporter = self.start(self.documented())
        self.assertEqual(exporter.ask(*RIGHT, *certificate("prometheus")), 200)
        self.assertEqual(exporter.ask(*certificate("prometheus")), 401)
        self.assertEqual(exporter.ask(*RIGHT), 0)
        self.assertEqual(exporter.ask(*RIGHT, *certificate("other")), 0)

    def test_prometheus_scrapes_with_certificate_and_password(self):
        if not have_prometheus():
            self.skipTest("needs prometheus and promtool")
        exporter = self.start(self.documented())
        scrape = (f"scheme: https\n    tls_config: {{ca_file: {pki.path('ca.pem')}, "
                  f"cert_file: {pki.path('prometheus.pem')}, key_file: {pki.path('prometheus.key')}}}\n"
                  "    basic_auth: {username: prometheus, password: scrape me}")
        with Prometheus(exporter.address, scrape=scrape) as prometheus:
            until(lambda: prometheus.query('up{job="bpf_exporter"}') == [1], 30, "the target is up")

    # ---- sockets ----

    def test_systemd_passes_the_sockets(self):
        pass_on = ("import os, socket, sys; sockets = [socket.create_server(('127.0.0.1', 0)) for _ in range(2)]; "
                   "[os.dup2(s.fileno(), 10 + i) for i, s in enumerate(sockets)]; [os.dup2(10 + i, 3 + i) "
                   "for i in range(2)]; os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2'); "
                   "os.execv(sys.argv[1], sys.argv[1:])")
        exporter = self.start("", "--web.systemd-socket", wrapper=[sys.executable, "-c", pass_on])
        until(lambda: exporter.stderr.count("Listening on") == 2, 5, "it listens on both")
        addresses = LISTENING.findall(exporter.stderr)
        self.assertEqual(len(set(addresses)), 2)
        for address in addresses:
            exporter.port = int(address.rpartition(":")[2])
            self.assertEqual(exporter.ask(scheme="http"), 200)

    def test_without_sockets_of_systemd_it_says_so(self):
        for environment in {}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}, {"LISTEN_FDS": "1"}:
            done = run(*FLAGS, "--web.systemd-socket", environment=environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn("systemd passed no sockets: -ENOENT", done.stderr)

    def test_a_virtual_machines_host_can_connect(self):
        try:
            socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
        except OSError as e:
            done = run(*FLAGS, "--web.listen-address=vsock://:0")
            self.assertIn("this kernel has no such sockets", done.stderr)
            self.skipTest(f"no AF_VSOCK: {e}")
        exporter = self.start("", listen="vsock://:0")
        client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        self.addCleanup(client.close)
        client.settimeout(2)
        try:
            client.connect((1, exporter.port))  # VMADDR_CID_LOCAL
        except OSError as e:
            self.skipTest(f"it listens on {exporter.address}; no loopback of AF_VSOCK: {e}")
        client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"200 OK", client.recv(4096))


BAD = {  # both refuse
    "unknown key": TLS + "  cert_fil: x\n",
    "unknown section": "tls_config: {}\n",
    "given twice": TLS + "  cert_file: server.pem\n",
    "wrong kind": "tls_server_config: x\n",
    "no key": "tls_server_config:\n  cert_file: server.pem\n",
    "no such file": TLS.replace("server.key", "nope.key"),
    "another's key": TLS.replace("server.key", "other.key"),
    "not PEM": TLS.replace("server.pem", "web.yml"),
    "unknown version": TLS + "  min_version: TLS14\n",
    "unknown suite": TLS + "  cipher_suites: [TLS_X]\n",
    "unknown curve": TLS + "  curve_preferences: [CurveP128]\n",
    "unknown policy": TLS + "  client_auth_type: Maybe\n",
    "CA without policy": TLS + "  client_ca_file: ca.pem\n",
    "no such CA": TLS + "  client_auth_type: RequestClientCert\n  client_ca_file: nope\n",
    "unknown header": "http_server_config: {headers: {Server: x}}\n",
    "wrong header": "http_server_config: {headers: {X-Frame-Options: allow}}\n",
    "plain password": "basic_auth_users: {a: secret}\n",
    "not YAML": "a: [\n",
}
GOOD = {  # both accept
    "nothing": "",
    "TLS": TLS,
    "users": USERS,
    "everything old": TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
                      "  min_version: TLS10\n  max_version: TLS12\n  prefer_server_cipher_suites: false\n"
                      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [CurveP256]\n"
                      "http_server_config: {http2: false, headers: {X-Frame-Options: deny}}\n" + USERS,
}
STRICTER = {  # we refuse what promtool accepts
    "versions crossed": TLS + "  min_version: TLS13\n  max_version: TLS12\n",
    "a second document": "{}\n---\n{}\n",
    "yes for true": "http_server_config: {http2: yes}\n",
    "version alone": "tls_server_config: {min_version: TLS13}\n",
    "hash with wrong characters": "basic_auth_users: {a: " + HASH[:-1] + "!}\n",
    "colon in a name": "basic_auth_users: {'a:b': " + HASH + "}\n",
    "CA without a certificate": TLS + "  client_auth_type: RequestClientCert\n  client_ca_file: server.key\n",
}
NEWER = {  # keys that promtool knows only some of since Debian 13, and none before
    "rate limit": "rate_limit: {interval: 1s, burst: 1}\n",
    "names": TLS + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]\n",
}


class PromtoolTest(unittest.TestCase):
    """Each verdict is ours, and promtool's where there is one: None where it depends on the version."""

    def check(self, table, ours, theirs):
        for name, text in table.items():
            with self.subTest(name):
                path = write(text)
                done = run(*FLAGS, "--check", f"--web.config.file={path}")
                self.assertEqual(not done.returncode, ours, done.stderr)
                if not ours:
                    self.assertIn(f"file '{path}'", done.stderr)
                if theirs is not None and shutil.which("promtool"):
                    checked = subprocess.run(["promtool", "check", "web-config", path], capture_output=True, text=True)
                    self.assertEqual(not checked.returncode, theirs, checked.stderr)

    def test_what_both_accept(self):
        self.check(GOOD, True, True)

    def test_what_both_refuse(self):
        self.check(BAD, False, False)

    def test_what_only_we_refuse(self):
        self.check(STRICTER, False, True)

    def test_what_is_newer_than_debians_promtool(self):
        self.check(NEWER, True, None)


if __name__ == "__main__":
    unittest.main()
