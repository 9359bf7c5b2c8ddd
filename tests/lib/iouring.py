# SPDX-License-Identifier: GPL-2.0-only
"""Opens files by io_uring, one at a time."""

import ctypes
import mmap
import os
import struct
import unittest

SETUP, ENTER = 425, 426
SQ_RING, CQ_RING, SQES = 0, 0x8000000, 0x10000000
GETEVENTS, OPENAT, AT_FDCWD = 1, 18, -100
PAGE = mmap.PAGESIZE

libc = ctypes.CDLL(None, use_errno=True)


class Ring:
    """A ring of one entry."""

    def __init__(self):
        parameters = ctypes.create_string_buffer(120)
        self.fd = libc.syscall(SETUP, 1, parameters)
        if self.fd < 0:
            raise unittest.SkipTest(f"no io_uring here: {os.strerror(ctypes.get_errno())}")
        self.sq = struct.unpack_from("<10I", parameters, 40)
        self.cq = struct.unpack_from("<10I", parameters, 80)
        self.sq_ring, self.cq_ring, self.entries = (
            mmap.mmap(self.fd, PAGE, offset=offset) for offset in (SQ_RING, CQ_RING, SQES))

    def close(self):
        for ring in self.sq_ring, self.cq_ring, self.entries:
            ring.close()
        os.close(self.fd)

    def open(self, path):
        """What opening a file for reading results in: a descriptor, or below 0 an error."""
        name = ctypes.create_string_buffer(os.fsencode(path))
        self.entries[:64] = struct.pack("<BBHiQQIIQ24x", OPENAT, 0, 0, AT_FDCWD, 0, ctypes.addressof(name), 0,
                                        os.O_RDONLY, 0)
        tail = struct.unpack_from("<I", self.sq_ring, self.sq[1])[0]
        struct.pack_into("<I", self.sq_ring, self.sq[6], 0)  # the place in the array of entries: number 0
        struct.pack_into("<I", self.sq_ring, self.sq[1], tail + 1)
        if libc.syscall(ENTER, self.fd, 1, 1, GETEVENTS, None, 0) != 1:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        head = struct.unpack_from("<I", self.cq_ring, self.cq[0])[0]
        mask = struct.unpack_from("<I", self.cq_ring, self.cq[2])[0]
        result = struct.unpack_from("<i", self.cq_ring, self.cq[5] + 16 * (head & mask) + 8)[0]
        struct.pack_into("<I", self.cq_ring, self.cq[0], head + 1)
        return result
