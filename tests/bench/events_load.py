# SPDX-License-Identifier: GPL-2.0-only
"""A few seconds of everything that the collectors listen to, at the rate that one thread can make of each; or a share
of that."""

import os
import socket
import subprocess
import tempfile
import tty

from workload import child


def load(share=1):
    for part, times in ((switches, 50000), (packets, 20000), (connections, 2000), (writes, 500), (processes, 500),
                        (work_items, 20000)):
        part(int(times * share))


def switches(times):
    """Two tasks that wake one another."""
    requests, replies = os.pipe(), os.pipe()

    def echo():
        while os.read(requests[0], 1):
            os.write(replies[1], b"x")

    with child(echo):
        for _ in range(times):
            os.write(requests[1], b"x")
            os.read(replies[0], 1)


def packets(times):
    """Datagrams on loopback: every third finds no room and is dropped."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.connect(receiver.getsockname())
        for _ in range(times):
            receiver.send(b"x")
            receiver.recv(1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for _ in range(times // 2):
            receiver.send(b"x" * 1000)


def connections(times):
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(times):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
        address = server.getsockname()
    for _ in range(times // 2):
        with socket.socket() as refused:
            refused.connect_ex(address)


def writes(times):
    """Each of these waits for the disk."""
    with tempfile.NamedTemporaryFile(dir=".") as file:
        for _ in range(times):
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fdatasync(file.fileno())


def processes(times):
    for _ in range(times):
        subprocess.run(["/bin/true"], check=True)


def work_items(times):
    """Bytes that pass through a pseudo terminal."""
    writer, reader = os.openpty()
    tty.setraw(reader)
    for _ in range(times):
        os.write(writer, b"x")
        os.read(reader, 1)
    os.close(writer)
    os.close(reader)
