# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's NFS server and a client of it, in a machine of scripts/vm. None of their programs is needed: what those
would answer the kernel is told before it asks.

    with mounted("tmpfs") as folder, nfs(folder) as directory:
        ...
        requests(directory)
"""

import contextlib
import os
import re
import socket
import tempfile

from filesystem import mounted

HOST = "127.0.0.1"
CACHES = "/proc/net/rpc"
# Of Linux' include/uapi/linux/nfsd/export.h: ports of any number, the root of all that is exported, no checks above it.
INSECURE_PORT, NO_SUBTREE_CHECK, FSID = 0x2, 0x400, 0x2000
ROOT_S_HANDLE = r"1 \x00000000"  # a handle that holds the number 0
NEVER = 0x7FFFFFFF  # when what is told expires


def tell(path, text):
    with open(path, "w") as f:
        f.write(f"{text}\n")


@contextlib.contextmanager
def nfs(folder):
    """A folder served and mounted: yields where."""
    with server(folder), mounted("nfs4", f"vers=4.1,addr={HOST},clientaddr={HOST}", source=f"{HOST}:/") as directory:
        yield directory


@contextlib.contextmanager
def server(folder):
    with mounted("nfsd") as control, tempfile.TemporaryDirectory() as state, \
            socket.create_server((HOST, 2049)) as listener:
        tell("/proc/sys/fs/leases-enable", 0)  # a client with a lease opens files without the server
        tell(f"{CACHES}/auth.unix.ip/channel", f"nfsd {HOST} {NEVER} tests")
        tell(f"{CACHES}/nfsd.fh/channel", f"tests {ROOT_S_HANDLE} {NEVER} {folder}")
        tell(f"{CACHES}/nfsd.export/channel",
             f"tests {folder} {NEVER} {INSECURE_PORT | NO_SUBTREE_CHECK | FSID} 65534 65534 0")
        tell(f"{control}/versions", "-2 -3 +4")  # the others need rpcbind
        tell(f"{control}/nfsv4gracetime", 10)  # while only clients of an earlier server may open files
        with contextlib.suppress(PermissionError):  # 7.2 keeps no list of them
            tell(f"{control}/nfsv4recoverydir", state)
        tell(f"{control}/portlist", listener.fileno())
        tell(f"{control}/threads", 2)
        try:
            with contextlib.suppress(OSError):  # busy, where there is no list
                tell(f"{control}/v4_end_grace", "Y")
            yield
        finally:
            tell(f"{control}/threads", 0)


def requests(directory):
    """How many of each operation the client has sent, as {"read": 25}."""
    with open("/proc/self/mountstats") as f:
        mount = f.read().partition(f" mounted on {os.path.realpath(directory)} ")[2].partition("\ndevice ")[0]
    return {op.lower(): int(number) for op, number in re.findall(r"^\s+(\w+): (\d+) ", mount, re.M)}
