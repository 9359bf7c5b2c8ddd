# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcpreset against the kernel's own counters (/proc/net/snmp) of a network namespace that the test
makes. Counts are exact; where others on the machine sent resets meanwhile, the load runs again."""

import contextlib
import socket
import unittest

from connections import Connections, abort
from truth import undisturbed
from workload import crowd

RESETS = "node_tcp_resets_total"


class TcpReset(Connections):
    COLLECTOR = "tcpreset"

    def check(self, load, sent, received, **reason):
        def measure():
            out, into = self.grown(load, (RESETS, {"direction": "out", **reason}), (RESETS, {"direction": "in"}))
            return {"sent": out, "received": into}

        wanted = {"sent": sent, "received": received}
        self.assertEqual(undisturbed(measure, wanted), wanted)

    def has_reasons(self):
        """Kernels that give no reasons are silent about resets that no socket sends, too."""
        return self.exporter.scrape().value(
            "bpf_exporter_program_attached", collector="tcpreset", program="send_reset_for_reason")

    def test_the_resets_that_refuse_connections_count_exactly(self):
        def load():
            with self.near.entered():
                for _ in range(40):
                    with contextlib.suppress(ConnectionRefusedError):
                        socket.create_connection(("127.0.0.1", 1)).close()

        self.check(load, 40 * self.has_reasons(), 40, reason="no_socket")
        self.assertEqual(self.kernel["Tcp.OutRsts"], 40)

    def cut(self, number):
        with self.near.entered(), socket.create_server(("127.0.0.1", 0)) as server:
            for _ in range(number):
                client = socket.create_connection(server.getsockname())
                peer, _ = server.accept()
                abort(client)
                peer.close()

    def test_connections_that_are_cut_count_at_both_ends(self):
        self.check(lambda: self.cut(30), 30, 30)
        # Both ends go from ESTABLISHED straight to CLOSE.
        self.assertEqual((self.kernel["Tcp.OutRsts"], self.kernel["Tcp.EstabResets"]), (30, 60))

    def test_eight_tasks_on_one_cpu_lose_no_reset(self):
        self.check(lambda: crowd(lambda: self.cut(100)), 800, 800)
        if self.has_reasons():
            self.assertEqual(self.kernel["Tcp.OutRsts"], 800)


if __name__ == "__main__":
    unittest.main()
