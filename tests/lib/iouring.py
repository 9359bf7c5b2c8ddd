# SPDX-License-Identifier: GPL-2.0-only
"""One request at a time by io_uring:

    with Ring() as ring:
        ring.fsync(fd)
        fd = ring.open(path)
"""

import ctypes
import mmap
import os
import struct
import unittest

SETUP, ENTER = 425, 426  # on all architectures
FSYNC, OPENAT, WRITE = 3, 18, 23
AT_FDCWD = -100
GETEVENTS, ASYNC = 1, 1 << 4
SQ_RING, CQ_RING, SQES = 0, 0x8000000, 0x10000000
PARAMETERS = struct.Struct("7I3I10I10I")  # sq_entries to wq_fd, reserved, offsets into the two rings
libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    result = libc.syscall(number, *map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Ring:
    """Skips the test where the kernel has none."""

    def __init__(self):
        parameters = ctypes.create_string_buffer(PARAMETERS.size)
        try:
            self.fd = call(SETUP, 1, ctypes.addressof(parameters))
        except OSError as e:
            raise unittest.SkipTest(f"no io_uring: {e}") from e
        fields = PARAMETERS.unpack(parameters.raw)
        _, self.sq_tail, self.sq_mask, _, _, _, self.sq_array, *_ = fields[10:20]
        self.cq_head, _, self.cq_mask, _, _, self.cqes, *_ = fields[20:30]
        self.sq, self.cq, self.sqes = (mmap.mmap(self.fd, mmap.PAGESIZE, offset=at) for at in (SQ_RING, CQ_RING, SQES))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for ring in self.sq, self.cq, self.sqes:
            ring.close()
        os.close(self.fd)

    def request(self, opcode, fd, offset=0, address=0, length=0, flags=ASYNC):
        """Its result; with ASYNC a worker makes it."""
        tail, = struct.unpack_from("I", self.sq, self.sq_tail)
        struct.pack_into("BBHiQQIIQ24x", self.sqes, 0, opcode, flags, 0, fd, offset, address, length, 0, 0)
        mask, = struct.unpack_from("I", self.sq, self.sq_mask)
        struct.pack_into("I", self.sq, self.sq_array + 4 * (tail & mask), 0)
        struct.pack_into("I", self.sq, self.sq_tail, tail + 1)
        call(ENTER, self.fd, 1, 1, GETEVENTS, 0, 0)
        head, = struct.unpack_from("I", self.cq, self.cq_head)
        mask, = struct.unpack_from("I", self.cq, self.cq_mask)
        _, result, _ = struct.unpack_from("QiI", self.cq, self.cqes + 16 * (head & mask))
        struct.pack_into("I", self.cq, self.cq_head, head + 1)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def fsync(self, fd):
        return self.request(FSYNC, fd)

    def open(self, path):
        """A descriptor for reading; below 0 an error."""
        name = ctypes.create_string_buffer(os.fsencode(path))
        try:
            return self.request(OPENAT, AT_FDCWD, address=ctypes.addressof(name), flags=0)
        except OSError as e:
            return -e.errno
