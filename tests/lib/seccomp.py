# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command that a seccomp filter refuses bpf() and perf_event_open(): tests/lib/seccomp.py ERRNO COMMAND..."""

import ctypes
import errno
import os
import platform
import struct
import sys

CALLS = {"x86_64": (321, 298), "aarch64": (280, 241)}[platform.machine()]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000


def program(refused):
    """Load the call's number; refuse those of CALLS."""
    yield LOAD, 0, 0, 0
    for left, call in zip(range(len(CALLS), 0, -1), CALLS):
        yield JUMP_EQUAL, left, 0, call
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, ERROR | refused


def main(name, *command):
    code = [struct.pack("<HBBI", *step) for step in program(getattr(errno, name))]
    steps = ctypes.create_string_buffer(b"".join(code))
    header = struct.pack("@HP", len(code), ctypes.addressof(steps))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(PR_SET_SECCOMP, FILTER, header, 0, 0):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
