# SPDX-License-Identifier: GPL-2.0-only
"""The collector netdrop against the counters of a network namespace that drops what the test sends.

Counts are exact; drops of the same reason elsewhere on the machine make the load run again."""

import json
import os
import re
import socket
import struct
import subprocess
import unittest

from exporter import TOP, Exporter, delta
from kernelenum import enumerators
from network import Namespace, join
from truth import undisturbed
from workload import crowd

ONLY = ["--collector.disable-defaults", "--collector.netdrop"]
METRIC, QDISC = "node_net_drops_total", "node_net_qdisc_drops_total"
PREFIX = "SKB_DROP_REASON_"
SOL_PACKET, PACKET_STATISTICS, ETH_P_ALL = 263, 6, 3
DUMP_LINKS = struct.pack("IHHIIBxHiII", 32, 18, 0x301, 1, 0, 0, 0, 0, 0, 0)
NEAR, FAR = "10.85.0.1", "10.85.0.2"
# All reasons of Linux 5.17 to 7.2 by which something is lost. One that is in no list is new: is it a loss?
LOST = set("""
    NOT_SPECIFIED NO_SOCKET SOCKET_FILTER SOCKET_RCVBUFF PKT_TOO_SMALL TCP_CSUM UDP_CSUM NETFILTER_DROP IP_CSUM IP_INHDR
    IP_RPFILTER UNICAST_IN_L2_MULTICAST XFRM_POLICY IP_NOPROTO PROTO_MEM TCP_AUTH_HDR TCP_MD5NOTFOUND TCP_MD5UNEXPECTED
    TCP_MD5FAILURE TCP_AONOTFOUND TCP_AOUNEXPECTED TCP_AOKEYNOTFOUND TCP_AOFAILURE SOCKET_BACKLOG TCP_FLAGS
    TCP_ABORT_ON_DATA TCP_ZEROWINDOW TCP_OVERWINDOW TCP_RFC7323_PAWS TCP_RFC7323_TW_PAWS TCP_RFC7323_TSECR
    TCP_LISTEN_OVERFLOW TCP_INVALID_SEQUENCE TCP_INVALID_END_SEQUENCE TCP_INVALID_ACK_SEQUENCE TCP_INVALID_SYN TCP_CLOSE
    TCP_TOO_OLD_ACK TCP_ACK_UNSENT_DATA TCP_OFO_QUEUE_PRUNE TCP_OFO_DROP IP_OUTNOROUTES BPF_CGROUP_EGRESS IPV6DISABLED
    NEIGH_CREATEFAIL NEIGH_FAILED NEIGH_QUEUEFULL NEIGH_DEAD NEIGH_HH_FILLFAIL TC_EGRESS SECURITY_HOOK QDISC_DROP
    QDISC_OVERLIMIT QDISC_CONGESTED QDISC_BURST_DROP CAKE_FLOOD FQ_BAND_LIMIT FQ_HORIZON_LIMIT FQ_FLOW_LIMIT CPU_BACKLOG
    MACVLAN_BROADCAST_BACKLOG IPVLAN_MULTICAST_BACKLOG XDP TC_INGRESS UNHANDLED_PROTO SKB_CSUM SKB_GSO_SEG SKB_BAD_GSO
    SKB_UCOPY_FAULT DEV_HDR DEV_READY FULL_RING NOMEM HDR_TRUNC TAP_FILTER TAP_TXFILTER ICMP_CSUM INVALID_PROTO
    IP_INADDRERRORS IP_INNOROUTES IP_LOCAL_SOURCE IP_INVALID_SOURCE IP_LOCALNET IP_INVALID_DEST PKT_TOO_BIG
    FRAG_REASM_TIMEOUT FRAG_TOO_FAR TCP_MINTTL IPV6_BAD_EXTHDR IPV6_TOO_MANY_EXTHDRS IPV6_NDISC_FRAG
    IPV6_NDISC_HOP_LIMIT IPV6_NDISC_BAD_CODE IPV6_NDISC_BAD_OPTIONS TC_COOKIE_ERROR TC_CHAIN_NOTFOUND TC_RECLASSIFY_LOOP
    VXLAN_INVALID_HDR VXLAN_VNI_NOT_FOUND MAC_INVALID_SOURCE VXLAN_ENTRY_EXISTS NO_TX_TARGET IP_TUNNEL_ECN TUNNEL_TXINFO
    LOCAL_MAC ARP_PVLAN_DISABLE MAC_IEEE_MAC_CONTROL BRIDGE_INGRESS_STP_STATE CAN_RX_INVALID_FRAME
    CANFD_RX_INVALID_FRAME CANXL_RX_INVALID_FRAME PFMEMALLOC DUALPI2_STEP_DROP PSP_INPUT PSP_OUTPUT RECURSION_LIMIT
""".split())
NO_REASONS = {"MAX", "SUBSYS_MASK"}


def peaceful():
    """The reasons that the collector leaves out."""
    with open(os.path.join(TOP, "bpf", "netdrop.bpf.c")) as f:
        return set(re.findall(rf"is\((?:{PREFIX})?(\w+)\)", f.read()))


class Netdrop(unittest.TestCase):
    def setUp(self):
        self.namespace = self.enterContext(Namespace())
        self.exporter = self.enterContext(Exporter(ONLY))
        self.has_reasons = self.exporter.scrape().value(
            "bpf_exporter_program_attached", collector="netdrop", program="drop_for_reason")

    def socket(self, family, kind=socket.SOCK_DGRAM):
        with self.namespace.entered():
            return self.enterContext(socket.socket(family, kind))

    def check(self, load, counter, at_least, **labels):
        """During load() the drops of these labels grow just as the kernel's counter does; at least as much where no
        reason tells them from others (before 5.17)."""
        if not self.has_reasons:
            del labels["reason"]

        def measure():
            kernel, before = self.namespace.snmp()[counter], self.exporter.scrape()
            load()
            after = self.exporter.scrape()
            self.dropped = self.namespace.snmp()[counter] - kernel
            more = delta(before, after, METRIC, **labels) - self.dropped
            return {"more than the kernel's": more if self.has_reasons else min(more, 0)}

        wanted = {"more than the kernel's": 0}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        self.assertGreaterEqual(self.dropped, at_least)

    def check_full_socket(self, family, address, counter, **labels):
        receiver, sender = self.socket(family), self.socket(family)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the kernel makes it its least: some datagrams
        receiver.bind((address, 0))
        sender.connect(receiver.getsockname())

        def load():
            for _ in range(200):
                sender.send(b"x" * 500)

        self.check(load, counter, 150, reason="socket_rcvbuff", **labels)

    def check_no_socket(self, family, address, counter, **labels):
        sender = self.socket(family)

        def load():
            for _ in range(100):
                sender.sendto(b"x", (address, 9))

        self.check(load, counter, 100, reason="no_socket", **labels)

    def test_datagrams_to_a_full_socket_are_dropped_for_its_buffer(self):
        self.check_full_socket(socket.AF_INET, "127.0.0.1", "Udp.RcvbufErrors", protocol="ipv4")

    def test_datagrams_to_nobody_are_dropped_for_no_socket(self):
        self.check_no_socket(socket.AF_INET, "127.0.0.1", "Udp.NoPorts", protocol="ipv4")

    def test_ipv6_drops_are_told_apart(self):
        self.check_full_socket(socket.AF_INET6, "::1", "Udp6RcvbufErrors", protocol="ipv6")
        self.check_no_socket(socket.AF_INET6, "::1", "Udp6NoPorts", protocol="ipv6")

    def test_datagrams_that_are_received_are_no_drops(self):
        receiver, sender = self.socket(socket.AF_INET6), self.socket(socket.AF_INET6)
        receiver.bind(("::1", 0))

        def measure():
            before = self.exporter.scrape()
            for _ in range(100):
                sender.sendto(b"x", receiver.getsockname())
                receiver.recv(1)
            return {"drops": delta(before, self.exporter.scrape(), METRIC, protocol="ipv6")}

        self.assertEqual(undisturbed(measure, {"drops": 0}), {"drops": 0})

    # ---- what is no loss

    def check_nothing(self, load, **labels):
        def measure():
            before = self.exporter.scrape()
            load()
            return {"drops": delta(before, self.exporter.scrape(), METRIC, **labels)}

        self.assertEqual(undisturbed(measure, {"drops": 0}), {"drops": 0})

    def require_places(self):
        if "BPF_FUNC_snprintf" not in enumerators("bpf_func_id"):
            self.skipTest("this kernel tells neither reasons nor the names of places")

    def converse(self, number):
        with self.namespace.entered(), socket.create_server(("127.0.0.1", 0)) as server:
            for _ in range(number):
                with socket.create_connection(server.getsockname()) as client, server.accept()[0] as peer:
                    client.sendall(b"x")
                    peer.recv(1)

    def test_connections_that_are_closed_are_no_drops(self):
        self.require_places()
        self.check_nothing(lambda: self.converse(50), protocol="ipv4")

    def test_eight_tasks_on_one_cpu_that_close_connections_drop_nothing(self):
        self.require_places()
        self.check_nothing(lambda: crowd(lambda: self.converse(50)), protocol="ipv4")

    def test_what_unix_and_netlink_sockets_had_not_read_is_no_drop(self):
        def load():
            for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
                for _ in range(50):
                    a, b = socket.socketpair(socket.AF_UNIX, kind)
                    a.send(b"x")
                    b.close()
                    a.close()
            for _ in range(50):
                with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as links:
                    links.bind((0, 0))
                    links.send(DUMP_LINKS)

        self.check_nothing(load, protocol="other")

    def test_copies_that_a_full_capture_cannot_take_are_no_drops(self):
        self.require_places()
        receiver, sender = self.socket(socket.AF_INET6), self.socket(socket.AF_INET6)
        receiver.bind(("::1", 0))
        with self.namespace.entered():
            capture = self.enterContext(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)))
        capture.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)

        def load():
            for _ in range(50):
                sender.sendto(b"x" * 500, receiver.getsockname())
                receiver.recv(500)

        self.check_nothing(load, protocol="ipv6")
        _, dropped = struct.unpack("II", capture.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.assertGreaterEqual(dropped, 40)

    def test_the_fragments_of_a_datagram_that_arrives_are_no_drops(self):
        self.require_places()
        self.namespace.run("ip", "link", "set", "lo", "mtu", "1500")
        receiver, sender = self.socket(socket.AF_INET6), self.socket(socket.AF_INET6)
        receiver.bind(("::1", 0))

        def load():
            for _ in range(100):
                sender.sendto(b"x" * 18_000, receiver.getsockname())
                receiver.recv(18_000)

        self.check_nothing(load, protocol="ipv6")
        self.assertGreaterEqual(self.namespace.snmp()["Ip6ReasmOKs"], 100)

    # ---- names

    def test_every_reason_of_the_kernel_is_known_as_a_loss_or_none(self):
        reasons = {name.removeprefix(PREFIX) for name in enumerators("skb_drop_reason")}
        self.assertFalse(LOST & peaceful())
        self.assertFalse(reasons - LOST - peaceful() - NO_REASONS)

    def test_what_a_queueing_discipline_drops_is_told_by_its_reason(self):
        far = self.enterContext(Namespace())
        join(self.namespace, f"{NEAR}/24", far, f"{FAR}/24")
        self.namespace.run("tc", "qdisc", "add", "dev", "veth", "root", "tbf", "rate", "8kbit", "burst", "1600", "limit",
                           "3000")
        sender = self.socket(socket.AF_INET)
        has_own = self.exporter.scrape().value(
            "bpf_exporter_program_attached", collector="netdrop", program="drop_by_qdisc")

        def dropped():
            shown = subprocess.run(["nsenter", f"--net={self.namespace.path}", "tc", "-s", "-j", "qdisc", "show", "dev",
                                    "veth"], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            return json.loads(shown.stdout)[0]["drops"]

        def measure():
            kernel, before = dropped(), self.exporter.scrape()
            for _ in range(50):
                sender.sendto(b"x" * 500, (FAR, 9))
            after, kernel = self.exporter.scrape(), dropped() - kernel
            self.assertGreaterEqual(kernel, 40)
            labels = {"reason": "qdisc_drop"} if self.has_reasons else {}
            more = delta(before, after, METRIC, protocol="ipv4", **labels) - kernel
            off = {"all": more if self.has_reasons else min(more, 0)}
            if has_own:
                off["its own"] = delta(before, after, QDISC, reason="generic") - kernel
            return {what: n for what, n in off.items() if n}

        self.assertEqual(undisturbed(measure, {}), {})

    def test_every_reason_is_a_name_of_the_running_kernel(self):
        sender = self.socket(socket.AF_INET)
        sender.sendto(b"x", ("127.0.0.1", 9))
        scrape = self.exporter.scrape()
        for reason in scrape.labels(METRIC, "reason"):
            self.assertFalse(reason.isdigit(), reason)


if __name__ == "__main__":
    unittest.main()
