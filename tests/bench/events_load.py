# SPDX-License-Identifier: GPL-2.0-only
"""A few seconds of everything that the collectors listen to, at the rate that one thread can make of each."""

import os
import socket
import subprocess
import tempfile
import tty

from workload import child


def load():
    for part in (switches, packets, connections, writes, processes, work_items):
        part()


def switches():
    """Two tasks that wake one another."""
    requests, replies = os.pipe(), os.pipe()

    def echo():
        while os.read(requests[0], 1):
            os.write(replies[1], b"x")

    with child(echo):
        for _ in range(50000):
            os.write(requests[1], b"x")
            os.read(replies[0], 1)


def packets():
    """Datagrams on loopback: every fourth finds no room and is dropped."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.connect(receiver.getsockname())
        for _ in range(20000):
            receiver.send(b"x")
            receiver.recv(1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for _ in range(10000):
            receiver.send(b"x" * 1000)


def connections():
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(2000):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
        address = server.getsockname()
    for _ in range(1000):
        with socket.socket() as refused:
            refused.connect_ex(address)


def writes():
    """Each of these waits for the disk."""
    with tempfile.NamedTemporaryFile(dir=".") as file:
        for _ in range(500):
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fdatasync(file.fileno())


def processes():
    for _ in range(500):
        subprocess.run(["/bin/true"], check=True)


def work_items():
    """Bytes that pass through a pseudo terminal."""
    writer, reader = os.openpty()
    tty.setraw(reader)
    for _ in range(20000):
        os.write(writer, b"x")
        os.read(reader, 1)
    os.close(writer)
    os.close(reader)
