# SPDX-License-Identifier: GPL-2.0-only
"""Whether this process may load BPF programs here, asked of the kernel; tests that cannot run say why."""

import contextlib
import ctypes
import errno
import os
import platform
import resource

BPF_MAP_CREATE = 0
BPF_MAP_TYPE_ARRAY = 2
BPF_SYSCALL = {"x86_64": 321, "aarch64": 280}


def in_guest():
    """Whether this is a machine of scripts/vm, which a test may stall and change as it likes."""
    return "BPF_EXPORTER_GUEST" in os.environ


def why_no_bpf():
    """The reason why tests that load programs cannot run here; empty where they can."""
    if os.geteuid() != 0:
        return "needs root"
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "needs a kernel with BTF: there is no /sys/kernel/btf/vmlinux"
    refused = create_map()
    return f"bpf() is refused here: {errno.errorcode[refused]}" if refused else ""


def create_map():
    """Create a map of one entry and close it: 0 or errno."""
    # Before 5.11 maps that others hold are counted against this, too.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    number = BPF_SYSCALL.get(platform.machine())
    if number is None:
        return errno.ENOSYS
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = (ctypes.c_uint32 * 16)(BPF_MAP_TYPE_ARRAY, 4, 4, 1)
    fd = libc.syscall(number, BPF_MAP_CREATE, attributes, ctypes.sizeof(attributes))
    if fd < 0:
        return ctypes.get_errno()
    os.close(fd)
    return 0
