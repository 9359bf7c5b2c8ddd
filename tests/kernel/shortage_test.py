# SPDX-License-Identifier: GPL-2.0-only
"""What runs out on bad days: memory of a cgroup, address space, descriptors, room on a disk. The exporter goes on with
what it has, or ends with the reason; it never dies by a signal."""

import contextlib
import json
import os
import shutil
import socket
import signal
import ssl
import subprocess
import tempfile
import time
import unittest

from exporter import BINARY, Exporter, delta
from memcg import MemoryCgroup
from pki import Pki
from swapfile import SwapFile
from workload import PATIENCE, until

MIB = 1 << 20
ONLY = ["--collector.disable-defaults", "--collector.task"]


class Memory(unittest.TestCase):
    def test_pages_that_were_swapped_out_at_the_start_are_still_there(self):
        """Relocated pages of program and libraries leave for swap when the start fills the cgroup: TLS uses the most. Where
        too little is left, the kernel may kill it; it never dies by a fault of its own."""
        served = 0
        with tempfile.TemporaryDirectory() as directory, SwapFile(64 * MIB):
            pki = Pki(directory)
            pki.issue("server", "IP:127.0.0.1")
            with open(pki.path("web.yml"), "w") as f:
                f.write("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
            for mib in 12, 13, 14, 15, 16:
                with self.subTest(mib=mib), MemoryCgroup(mib * MIB, swap="max") as group:
                    served += self.serves(pki, group)
        self.assertGreater(served, 0)

    def serves(self, pki, group):
        wrapper = ["sh", "-c", f'echo $$ >{group.path}/cgroup.procs && exec "$@"', "sh"]
        client = ssl.create_default_context(cafile=pki.path("ca.pem"))
        x = TlsExporter(client, [f"--web.config.file={pki.path('web.yml')}"], wrapper=wrapper, ready_timeout=30)
        try:
            x.start()
        except RuntimeError:
            self.assertEqual(x.process.returncode, -signal.SIGKILL, x.stderr)
            return False
        try:
            self.assertIn(b" 200 OK\r\n", x.ask())
        finally:
            x.stop()
        return True

    def test_little_address_space_ends_or_serves_and_says_why(self):
        ended = served = 0
        for mib in 24, 30, 40, 60, 100, 200:  # with less, the libraries do not fit
            done, scrape = short_of(f"--as={mib * MIB}")
            if scrape:
                served += 1
            else:
                ended += 1
                self.assertEqual(done.status, 1, done.stderr)
                self.assertRegex(done.stderr, "-ENOMEM|none can run")
        self.assertGreater(served, 0)
        self.assertGreater(ended, 0)


class Descriptors(unittest.TestCase):
    def test_few_descriptors_end_or_serve_and_say_why(self):
        ended = served = 0
        for files in 4, 8, 16, 20, 24, 28, 32, 40, 50, 52, 56, 64, 100:
            done, scrape = short_of(f"--nofile={files}:{files}")
            self.assertIn("-EMFILE", done.stderr, files)
            self.assertIn("raise the limit of open files", done.stderr, files)
            self.assertNotRegex(done.stderr, r"verifier refuses[^\n]*-(EMFILE|EINVAL)", files)
            if scrape:
                served += 1
                self.assertGreater(scrape.sum("bpf_exporter_collector_success"), 0, files)
            else:
                ended += 1
                self.assertEqual(done.status, 1, done.stderr)
                self.assertNotIn("Listening", done.stderr, files)
                self.assertRegex(done.stderr, "open files: the limit of [0-9]+ is too low|none can run", files)
        self.assertGreater(served, 0)
        self.assertGreater(ended, 0)

    def test_what_is_loaded_leaves_descriptors_for_clients(self):
        """Eight at once, however many the collectors would take."""
        with Exporter(wrapper=["prlimit", "--nofile=64:64"]) as x, contextlib.ExitStack() as open_ones:
            for _ in range(7):
                open_ones.enter_context(socket.create_connection((x.host, x.port), 5))
            self.assertGreater(x.scrape().value("process_open_fds"), 20)


class Company(unittest.TestCase):
    def test_two_exporters_count_the_same(self):
        with Exporter(ONLY) as one, Exporter(ONLY) as two:
            before = one.scrape(), two.scrape()
            for _ in range(200):
                os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)
            after = one.scrape(), two.scrape()
            for i in range(2):
                self.assertGreaterEqual(delta(before[i], after[i], "node_task_exits_total", cause="ok"), 200)
                self.assertEqual(delta(before[i], after[i], "bpf_exporter_events_lost_total", collector="task"), 0)

    def test_a_hundred_kills_at_any_moment_leave_nothing_in_the_kernel(self):
        """By a user of its own, whose name is on what it loads."""
        user = 500000 + os.getpid()
        names = "-all,+bpf,+perfmon"
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", f"--inh-caps={names}",
                       f"--ambient-caps={names}", shutil.copy(BINARY, directory), "--web.listen-address=127.0.0.1:0"]
            seen = 0
            for i in range(100):
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE)
                # Later each time: from the first system calls to the end of the start.
                until(lambda p=process, n=i: p.poll() is not None or milliseconds(p.pid) >= n * 2 or listens(p),
                      what="the moment has come")
                seen += len(loaded_by(user)) if i % 20 == 19 else 0
                process.kill()
                process.communicate()
        self.assertGreater(seen, 0)
        until(lambda: not loaded_by(user), timeout=30, what="nothing is left")


def milliseconds(pid):
    return time.clock_gettime(~pid << 3 | 2) * 1000  # of CPU time, as clock_getcpuclockid(3) has it


def listens(process):
    os.set_blocking(process.stderr.fileno(), False)
    return b"Listening" in (process.stderr.read1(65536) or b"")


def loaded_by(user):
    """The programs of a user that the kernel holds; maps and links go with them."""
    listed = subprocess.run(["bpftool", "-j", "prog", "list"], capture_output=True, text=True, check=True)
    return [program["id"] for program in json.loads(listed.stdout) if program.get("uid") == user]


def short_of(limit):
    """An exporter under a limit of prlimit: it, when it has ended, and a scrape; None where it does not serve."""
    x = Exporter(wrapper=["prlimit", limit])
    try:
        with x:
            return x, x.scrape()
    except RuntimeError:
        x.status = x.process.returncode
        return x, None


class TlsExporter(Exporter):
    """One that is asked by a handshake of the test's own."""

    def __init__(self, client, *arguments, **more):
        super().__init__(*arguments, **more)
        self.client = client

    def ask(self):
        with socket.create_connection((self.host, self.port), timeout=10 * PATIENCE) as plain, \
                self.client.wrap_socket(plain, server_hostname="127.0.0.1") as c:
            c.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while data := c.recv(65536):
                answer += data
        return answer

    def _healthy(self):
        return b" 200 OK\r\n" in self.ask()


if __name__ == "__main__":
    unittest.main()
