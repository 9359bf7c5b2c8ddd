# SPDX-License-Identifier: GPL-2.0-only
"""What runs out on bad days: memory of a cgroup, address space, descriptors, room on a disk. The exporter goes on with
what it has, or ends with the reason; it never dies by a signal."""

import socket
import ssl
import tempfile
import unittest

from exporter import Exporter
from memcg import MemoryCgroup
from pki import Pki
from swapfile import SwapFile
from workload import PATIENCE

MIB = 1 << 20


class Memory(unittest.TestCase):
    def test_pages_that_were_swapped_out_at_the_start_are_still_there(self):
        """Relocated pages of program and libraries leave for swap when the start fills the cgroup: TLS uses the most."""
        with tempfile.TemporaryDirectory() as directory, SwapFile(64 * MIB), \
                MemoryCgroup(10 * MIB, swap="max") as group:
            pki = Pki(directory)
            pki.issue("server", "IP:127.0.0.1")
            with open(pki.path("web.yml"), "w") as f:
                f.write("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
            wrapper = ["sh", "-c", f'echo $$ >{group.path}/cgroup.procs && exec "$@"', "sh"]
            client = ssl.create_default_context(cafile=pki.path("ca.pem"))
            for _ in range(4):
                x = TlsExporter(client, [f"--web.config.file={pki.path('web.yml')}"], wrapper=wrapper,
                                ready_timeout=30)
                with x:
                    self.assertIn(b" 200 OK\r\n", x.ask())


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
