# SPDX-License-Identifier: GPL-2.0-only
"""Enums of the running kernel, from its types: enumerators("skb_drop_reason") is {"SKB_CONSUMED": 1, ...}."""

import struct

# Bytes behind a type's own twelve, by kind: as many for it, and for each of its members.
TAILS = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0),
         19: (0, 12)}
ENUM = 6


def enumerators(name, path="/sys/kernel/btf/vmlinux"):
    """Empty where the kernel has no such enum."""
    with open(path, "rb") as f:
        data = f.read()
    header, type_at, types, string_at, strings = struct.unpack_from("<IIIII", data, 4)
    text = data[header + string_at:header + string_at + strings]

    def string(offset):
        return text[offset:text.index(b"\0", offset)].decode()

    wanted = {i for i in [text.find(b"\0" + name.encode() + b"\0") + 1] if i}
    at, end = header + type_at, header + type_at + types
    while wanted and at < end:
        named, info, _ = struct.unpack_from("<III", data, at)
        kind, members = info >> 24 & 0x1f, info & 0xffff
        at += 12
        if kind == ENUM and named in wanted and members:
            return {string(n): v for n, v in struct.iter_unpack("<II", data[at:at + 8 * members])}
        fixed, each = TAILS.get(kind, (0, 0))
        at += fixed + each * members
    return {}
