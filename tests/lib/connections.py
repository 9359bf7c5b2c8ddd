# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections for tests: in a network namespace of their own, `near`, so that the kernel's counters of it
(/proc/net/snmp, netstat) are those of the test alone, watched by an exporter with one collector."""

import socket
import struct
import unittest

from exporter import Exporter, delta
from network import Namespace, join
from workload import until

NEAR, FAR = "10.83.0.1", "10.83.0.2"
NOBODY = "02:00:00:00:00:01"  # a link-layer address that none has
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
SCRAPE = 1  # the scrape that ends a measurement is an IPv4 connection itself; of the one before only the end shows


def abort(connection):
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Connections(unittest.TestCase):
    COLLECTOR = None
    FLAGS = []

    def setUp(self):
        self.near = self.enterContext(Namespace())
        flags = ["--collector.disable-defaults", f"--collector.{self.COLLECTOR}", *self.FLAGS]
        self.exporter = self.enterContext(Exporter(flags))

    def scrapes_around(self, load):
        """Scrapes before and after load(); self.kernel is what each counter of `near` grew by meanwhile."""
        self.start, before = self.near.snmp(), self.exporter.scrape()
        load()
        after, now = self.exporter.scrape(), self.near.snmp()
        self.kernel = {name: now[name] - self.start.get(name, 0) for name in now}
        return before, after

    def grown(self, load, *metrics):
        """What each metric, (name, labels), grows by during load()."""
        before, after = self.scrapes_around(load)
        return [delta(before, after, name, **labels) for name, labels in metrics]

    def until_kernel_counts(self, name, number):
        """Wait until a counter of `near` has grown by that much since the load began."""
        until(lambda: self.near.snmp()[name] - self.start[name] >= number, what=f"{number} more {name}")

    def client(self, protocol=0, family=socket.AF_INET):
        with self.near.entered():
            return self.enterContext(socket.socket(family, socket.SOCK_STREAM, protocol))

    def listen(self, host="127.0.0.1", port=0, protocol=0):
        """A listener in `near`."""
        listener = self.client(protocol, socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
        return listener

    def neighbour(self):
        """A second namespace that `near` has a link to."""
        far = self.enterContext(Namespace())
        join(self.near, f"{NEAR}/24", far, f"{FAR}/24")
        return far

    def silence(self):
        """What `near` sends to FAR reaches nobody from now on."""
        self.near.run("ip", "neighbour", "replace", FAR, "lladdr", NOBODY, "dev", "veth")

    def peers(self):
        """A second namespace and a connection to it: (namespace, our end, its end)."""
        far = self.neighbour()
        with far.entered():
            server = self.enterContext(socket.create_server((FAR, 7000)))
            server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20)  # nobody reads: it takes all that is sent
        client = self.client()
        client.connect((FAR, 7000))
        client.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20)
        return far, client, self.enterContext(server.accept()[0])
