# SPDX-License-Identifier: GPL-2.0-only
"""As a service: what systemd is told, what a watchdog would see, reloads and restarts."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from dropins import BUILD
from exporter import BINARY, Exporter, run
from privilege import why_no_bpf
from workload import PATIENCE, until

FLAGS = ["--collector.disable-defaults", "--collector.softirq"]
PRELOAD = os.path.abspath(os.path.join(BUILD, "tools", "stall.so"))
WATCHDOG_SECONDS = 2


def setUpModule():
    if reason := why_no_bpf():
        raise unittest.SkipTest(reason)


class Manager:
    """The end of systemd: a socket that hears what the service says."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.said = []
        threading.Thread(target=self.hear, daemon=True).start()

    def hear(self):
        with contextlib.suppress(OSError):
            while text := self.socket.recv(4096).decode():
                self.said.append(text)

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.path, **more}

    def watchdog(self, **more):
        return self.environment(WATCHDOG_USEC=str(WATCHDOG_SECONDS * 1_000_000), **more)

    def alive(self):
        return self.said.count("WATCHDOG=1")

    def is_silent(self):
        """For as long as systemd would wait."""
        before = self.alive()
        time.sleep(WATCHDOG_SECONDS)
        return self.alive() == before


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory())
        self.manager = Manager(self.directory)
        self.addCleanup(self.manager.socket.close)

    def ask(self, exporter, target):
        with socket.create_connection((exporter.host, exporter.port), 10) as s:
            s.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return s.recv(100)

    def hang(self, where, **more):
        exporter = Exporter([*FLAGS, "--no-sandbox"],  # in which the preloaded library could not do what it does
                            environment=self.manager.watchdog(LD_PRELOAD=PRELOAD, STALL=where, **more))
        exporter.start()
        self.addCleanup(exporter.process.stderr.close)
        self.addCleanup(exporter._reader.join)
        self.addCleanup(exporter.process.wait)
        self.addCleanup(exporter.process.kill)
        until(lambda: self.manager.alive() > 2, 10, "all is well at first")
        return exporter

    def test_its_life_is_told(self):
        with Exporter(FLAGS, environment=self.manager.environment()) as exporter:
            until(lambda: self.manager.said == ["READY=1"], 5, "it is ready")
            exporter.process.send_signal(signal.SIGHUP)
            until(lambda: len(self.manager.said) == 3, 5, "it has read again")
            self.assertRegex(self.manager.said[1], r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(self.manager.said[2], "READY=1")
        until(lambda: self.manager.said[3:] == ["STOPPING=1"], 5, "it stops")

    def test_who_does_not_listen_is_no_hindrance(self):
        with Exporter(FLAGS, environment={"NOTIFY_SOCKET": "/nonexistent/socket"}) as exporter:
            exporter.scrape()
            until(lambda: "cannot notify systemd" in exporter.stderr, 5, "it says so")

    def test_all_is_well_while_clients_are_slow_and_many(self):
        with Exporter(FLAGS, environment=self.manager.watchdog()) as exporter, contextlib.ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(socket.create_connection((exporter.host, exporter.port), 5)).send(b"GET /m")
            until(lambda: self.manager.alive() > 8, 10, "it says so again and again")

    def test_a_scrape_that_hangs_ends_the_signs_of_life(self):
        when = os.path.join(self.directory, "now")
        exporter = self.hang("scrape", STALL_WHEN=when)
        self.assertTrue(self.ask(exporter, "/metrics").startswith(b"HTTP/1.1 200"))
        with open(when, "w"):
            pass
        with socket.create_connection((exporter.host, exporter.port), 5) as s:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            until(lambda: "it stalls" in exporter.stderr, 5, "it hangs")
            until(self.manager.is_silent, 10, "no sign of life comes in the watchdog's time")
        self.assertIn("systemd gets no watchdog message", exporter.stderr)
        self.assertTrue(self.ask(exporter, "/-/healthy").startswith(b"HTTP/1.1 200"))  # not for half a minute yet

    def test_a_serving_thread_that_hangs_ends_the_signs_of_life(self):
        exporter = self.hang("serve")
        with socket.create_connection((exporter.host, exporter.port), 5) as s:
            s.sendall(b"GET /metrics?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            until(lambda: "it stalls" in exporter.stderr, 5, "it hangs")
            until(self.manager.is_silent, 10, "no sign of life comes in the watchdog's time")

    def test_a_restart_behind_systemds_socket_is_short_and_loses_nobody(self):
        """The socket stays, so that who comes meanwhile waits."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.addCleanup(listener.close)
        address = listener.getsockname()

        def start():
            pass_on = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_PID=str(os.getpid()), "
                       "LISTEN_FDS='1'); os.execv(sys.argv[2], sys.argv[2:])")
            ready = self.manager.said.count("READY=1")
            process = subprocess.Popen(
                ["python3", "-c", pass_on, str(listener.fileno()), BINARY, "--web.systemd-socket"],
                env={**os.environ, **self.manager.environment()}, pass_fds=[listener.fileno()],
                stderr=subprocess.DEVNULL)
            until(lambda: self.manager.said.count("READY=1") > ready, 20, "it is ready")
            return process

        def ask():
            with socket.create_connection(address, 20) as s:
                s.sendall(b"GET /-/ready HTTP/1.0\r\n\r\n")
                return s.recv(100)

        first = start()
        waits, over = [], threading.Event()

        def ask_on():
            while not over.is_set():
                asked = time.monotonic()
                try:
                    answer = ask()
                except ConnectionError:
                    answer = b"reset"
                waits.append((time.monotonic() - asked, answer))

        thread = threading.Thread(target=ask_on)
        thread.start()
        time.sleep(0.3)
        first.terminate()
        self.assertEqual(first.wait(10), 0)
        second = start()
        time.sleep(0.3)
        over.set()
        thread.join()
        second.terminate()
        self.assertEqual(second.wait(10), 0)
        lost = [answer for _, answer in waits if not answer.startswith(b"HTTP/1.1 200") and
                not answer.startswith(b"HTTP/1.0 200")]
        print(f"# the longest wait {max(wait for wait, _ in waits):.3f} s of {len(waits)}, {len(lost)} without an answer")
        self.assertLessEqual(len(lost), 1)  # one may have been accepted by who ended
        self.assertLess(max(wait for wait, _ in waits), 2 * PATIENCE)


class ArgumentsTest(unittest.TestCase):
    def test_flags_come_from_a_file_one_a_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".flags") as f:
            f.write("# the flags of this host\n\n--collector.disable-defaults\n  --collector.softirq \r\n"
                    "--web.telemetry-path=/from/file")
            f.flush()
            with Exporter([f"@{f.name}"], telemetry_path="/from/file") as exporter:
                self.assertEqual(exporter.scrape().value("bpf_exporter_collector_success", collector="softirq"), 1)
            f.write("\n--no-such-flag\n")
            f.flush()
            done = run(f"@{f.name}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("flag '--no-such-flag': unknown", done.stderr)
        done = run("@/nonexistent")
        self.assertEqual(done.returncode, 2)
        self.assertIn("argument '@/nonexistent': cannot be read: -ENOENT", done.stderr)

    def test_few_descriptors_are_said_with_what_to_do(self):
        done = run("--check", wrapper=["prlimit", "--nofile=64:64"])
        self.assertIn("-EMFILE; raise the limit of open files (ulimit -n, LimitNOFILE=)", done.stderr)
        self.assertNotIn("verifier refuses", done.stderr)
        # The soft limit, which is 1024 by default, is nobody's limit.
        with Exporter(FLAGS, wrapper=["prlimit", "--nofile=32:4096"]) as exporter:
            self.assertEqual(exporter.scrape().value("process_max_fds"), 4096)

    def test_a_full_disk_for_the_log_is_no_end(self):
        with tempfile.TemporaryDirectory() as directory:
            log = os.path.join(directory, "log")
            with open(log, "w") as f:
                process = subprocess.Popen(
                    ["prlimit", "--fsize=100", BINARY, *FLAGS, "--web.listen-address=127.0.0.1:0"], stderr=f)
            time.sleep(1)
            self.assertIsNone(process.poll())
            self.assertEqual(os.path.getsize(log), 100)
            process.terminate()
            self.assertEqual(process.wait(10), 0)


class SocketsTest(unittest.TestCase):
    def test_a_unix_socket_has_its_address(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "s")
            listener = socket.socket(socket.AF_UNIX)
            self.addCleanup(listener.close)
            listener.bind(path)
            listener.listen()
            pass_on = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_PID=str(os.getpid()), "
                       "LISTEN_FDS='1'); os.execv(sys.argv[2], sys.argv[2:])")
            process = subprocess.Popen(
                ["python3", "-c", pass_on, str(listener.fileno()), BINARY, "--web.systemd-socket", *FLAGS],
                pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            line = next(line for line in process.stderr if "Listening on" in line)
            self.assertIn(f"address=unix:{path}", line)
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(path)
                s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
                self.assertIn(b" 200 ", s.recv(100))
            process.terminate()
            self.assertEqual(process.wait(10), 0)

    def test_an_address_may_have_a_zone(self):
        script = 'ip link set lo up && ip addr add fe80::1/64 dev lo nodad && exec "$0" "$@"'
        process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", script, BINARY, *FLAGS, "--web.listen-address=[fe80::1%lo]:0"],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.assertRegex(next((line for line in process.stderr if "Listening on" in line), ""),
                         r'address="?\[fe80::1%lo\]:\d+')
        process.terminate()
        self.assertEqual(process.wait(10), 0)
        with Exporter(FLAGS) as exporter:
            self.assertEqual(exporter.request("/-/healthy", headers={"Host": "[fe80::1%eth0]:9435"})[0], 200)

    def test_a_cookie_of_twelve_kilobytes_is_taken(self):
        with Exporter(FLAGS) as exporter:
            status, _, _ = exporter.request("/metrics", headers={"Cookie": "a=" + "b" * 12288})
            self.assertEqual(status, 200)


if __name__ == "__main__":
    unittest.main()
