# SPDX-License-Identifier: GPL-2.0-only
"""The collector tcpbacklog against queues that the test fills, and the kernel's own lengths and counters of them.
Counts are exact; where others on the machine opened connections meanwhile, the load runs again."""

import contextlib
import socket
import unittest

from listeners import SCRAPES, Listeners, queued
from network import Namespace, join
from truth import undisturbed
from workload import until

METRIC = "node_tcp_backlog_depth"
NEAR, FAR = "10.84.0.1", "10.84.0.2"
OVERFLOWS = "TcpExt.ListenOverflows"
SYN_RECV = "03"  # as /proc/net/tcp has it


class TcpBacklog(Listeners):
    COLLECTOR = "tcpbacklog"

    def attempt(self, stack, namespace, address, family=socket.AF_INET):
        """Begin to connect: send a SYN, from a socket that the stack closes."""
        with namespace.entered():
            client = stack.enter_context(socket.socket(family))
        client.setblocking(False)
        client.connect_ex(address)

    def check(self, queue, load, count, depths):
        """While load(stack) runs, so many meet the queue, and these depths altogether."""
        def measure():
            with contextlib.ExitStack() as stack:
                self.depth = self.grown(lambda: load(stack), METRIC, queue=queue)
            return {way: (depth.count, depth.sum) for way, depth in self.depth.items()}

        wanted = dict.fromkeys(self.ways, (count + SCRAPES, depths))
        self.assertEqual(undisturbed(measure, wanted), wanted)

    def check_accept_queue(self, host):
        def load(stack):
            listener = self.listen(host)
            for i in range(40):
                self.attempt(stack, self.near, listener.getsockname(), listener.family)
                until(lambda: queued(listener) == i + 1, what="the connection stands in the queue")

        self.check("accept", load, 40, sum(range(40)))
        for depth in self.depth.values():
            within = [depth.buckets[le] - SCRAPES for le in ("1", "2", "4", "8", "16", "32", "64")]
            self.assertEqual(within, [2, 3, 5, 9, 17, 33, 40])

    def test_each_connection_meets_those_that_wait_before_it(self):
        self.check_accept_queue("127.0.0.1")

    def test_ipv6_connections_count_as_well(self):
        self.check_accept_queue("::1")

    def overflow(self, stack):
        """Four of ten connections find room in a queue."""
        listener = self.listen(backlog=3)
        before = self.kernel(OVERFLOWS)
        for i in range(10):
            self.attempt(stack, self.near, listener.getsockname())
            until(lambda: queued(listener) == min(i + 1, 4), what="the connection stands in the queue")
        until(lambda: self.kernel(OVERFLOWS) - before >= 6, what="six are turned away")

    def test_what_a_full_queue_turns_away_joins_none(self):
        self.check("accept", self.overflow, 4, 0 + 1 + 2 + 3)

    def test_syns_that_a_full_queue_turns_away_are_those_that_the_kernel_counts(self):
        def load():
            before = self.kernel(OVERFLOWS)
            with contextlib.ExitStack() as stack:
                self.overflow(stack)
            self.overflows = self.kernel(OVERFLOWS) - before  # they come again after a second

        self.require("syn")
        for way, depth in self.grown(load, METRIC, queue="syn").items():
            self.assertEqual((depth.count, depth.sum), (4 + self.overflows + SCRAPES, 0), way)

    def test_a_syn_meets_those_that_are_half_open(self):
        self.require("syn")
        far = self.enterContext(Namespace())
        join(self.near, f"{NEAR}/24", far, f"{FAR}/24")
        # No answer reaches the other side.
        self.near.run("ip", "neighbour", "replace", FAR, "lladdr", "02:00:00:00:00:01", "dev", "veth")

        def half_open(port):
            with open(f"/proc/{self.near.holder.pid}/net/tcp") as f:
                return sum(words[3] == SYN_RECV and words[1].endswith(f":{port:04X}") for words in map(str.split, f))

        def load(stack):
            _, port = address = self.listen(NEAR).getsockname()
            for i in range(20):
                self.attempt(stack, far, address)
                until(lambda: half_open(port) == i + 1, what="the connection is half open")

        self.check("syn", load, 20, sum(range(20)))


if __name__ == "__main__":
    unittest.main()
