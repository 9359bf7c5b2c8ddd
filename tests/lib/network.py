# SPDX-License-Identifier: GPL-2.0-only
"""Network namespaces for tests, each held by a process of its own, so that nothing outlives the test:

    with Namespace() as near, Namespace() as far:
        join(near, "10.0.0.1/24", far, "10.0.0.2/24")
        with near.entered():
            s = socket.socket(...)  # stays in `near`
        near.snmp()["Tcp.RetransSegs"]
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess

from workload import until

CLONE_NEWNET = 0x40000000
SO_ATTACH_FILTER = 26
# Classic BPF, (code, jt, jf, k): of a random number the last bits; where all are 0, nothing of the packet is kept.
KEEP_SEVEN_OF_EIGHT = (0x20, 0, 0, 0xfffff000 + 56), (0x54, 0, 0, 7), (0x15, 0, 1, 0), (0x06, 0, 0, 0), (0x06, 0, 0, ~0)
libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    def __enter__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        try:
            until(lambda: os.readlink(self.path) != os.readlink("/proc/self/ns/net"), what="a new namespace")
            self.run("ip", "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.wait()

    @property
    def path(self):
        return f"/proc/{self.holder.pid}/ns/net"

    def run(self, *command):
        subprocess.run(["nsenter", f"--net={self.path}", *command], check=True, stdin=subprocess.DEVNULL)

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in the namespace meanwhile; sockets made here stay in it."""
        with open("/proc/thread-self/ns/net") as home, open(self.path) as here:
            setns(here)
            try:
                yield
            finally:
                setns(home)

    def set_ipv4(self, **sysctls):
        """ns.set_ipv4(tcp_syn_retries=1) sets net.ipv4.tcp_syn_retries of the namespace, where the kernel has it."""
        with self.entered():
            for name, value in sysctls.items():
                with contextlib.suppress(FileNotFoundError), open(f"/proc/sys/net/ipv4/{name}", "r+") as f:
                    f.write(str(value))

    def snmp(self):
        """The kernel's counters of the namespace by name: "Tcp.RetransSegs", "TcpExt.TCPTimeouts", "Udp6NoPorts"."""
        counters = {}
        for file in "snmp", "netstat":
            with open(f"/proc/{self.holder.pid}/net/{file}") as f:
                lines = f.read().splitlines()
            for names, values in zip(lines[::2], lines[1::2]):
                group, names = names.split(":")
                for name, value in zip(names.split(), values.split(":")[1].split()):
                    counters[f"{group}.{name}"] = int(value)
        with open(f"/proc/{self.holder.pid}/net/snmp6") as f:
            counters.update((name, int(value)) for name, value in map(str.split, f))
        return counters


def setns(file):
    if libc.setns(file.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def join(near, near_address, far, far_address):
    """A pair of interfaces, `veth` in both namespaces, up and with these addresses."""
    near.run("ip", "link", "add", "name", "veth", "type", "veth", "peer", "name", "veth", "netns", str(far.holder.pid))
    for namespace, address in (near, near_address), (far, far_address):
        namespace.run("ip", "address", "add", address, "dev", "veth")
        namespace.run("ip", "link", "set", "veth", "up")


def lose_some(receiver):
    """Of the packets that arrive at a socket, each eighth is lost from now on, by chance."""
    filters = b"".join(struct.pack("HBBI", code, jt, jf, k & 0xffffffff) for code, jt, jf, k in KEEP_SEVEN_OF_EIGHT)
    kept = ctypes.create_string_buffer(filters)
    program = struct.pack("HP", len(KEEP_SEVEN_OF_EIGHT), ctypes.addressof(kept))
    receiver.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
