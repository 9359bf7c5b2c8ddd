# SPDX-License-Identifier: GPL-2.0-only
"""Filters of seccomp; as a program, runs a command that one refuses bpf() and perf_event_open():
tests/lib/seccomp.py ERRNO COMMAND..."""

import ctypes
import errno
import os
import platform
import struct
import sys

CALLS = {"x86_64": (321, 298), "aarch64": (280, 241)}[platform.machine()]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, OR, RETURN, RETURN_A = 0x20, 0x15, 0x44, 0x06, 0x16
NUMBER, ARGUMENTS = 0, range(16, 64, 8)  # where the filter finds them
ALLOW, ERROR, TRAP = 0x7FFF0000, 0x00050000, 0x00030000


def answer(calls, action):
    """A filter's steps: calls of these numbers get this answer."""
    yield LOAD, 0, 0, NUMBER
    for left, call in zip(range(len(calls), 0, -1), calls):
        yield JUMP_EQUAL, left, 0, call
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, action


def answer_by_arguments(first):
    """A filter's steps: calls with this first argument return the second one as error."""
    yield LOAD, 0, 0, ARGUMENTS[0]
    yield JUMP_EQUAL, 1, 0, first
    yield RETURN, 0, 0, ALLOW
    yield LOAD, 0, 0, ARGUMENTS[1]
    yield OR, 0, 0, ERROR
    yield RETURN_A, 0, 0, 0


def install(steps):
    """For this process, for ever."""
    code = [struct.pack("<HBBI", *step) for step in steps]
    filter_ = ctypes.create_string_buffer(b"".join(code))
    header = struct.pack("@HP", len(code), ctypes.addressof(filter_))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(PR_SET_SECCOMP, FILTER, header, 0, 0):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")


def main(name, *command):
    install(answer(CALLS, ERROR | getattr(errno, name)))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
