# SPDX-License-Identifier: GPL-2.0-only
"""Enums of the running kernel, from its types: enumerators("skb_drop_reason") is {"SKB_CONSUMED": 1, ...}."""

from btf import ENUM, Btf


def enumerators(name, path="/sys/kernel/btf/vmlinux"):
    """Empty where the kernel has no such enum."""
    with open(path, "rb") as f:
        btf = Btf(f.read())
    wanted = btf.names.find(b"\0" + name.encode() + b"\0") + 1
    for kind, words in btf.types():
        if wanted and kind == ENUM and words[0] == wanted and len(words) > 3:
            return {btf.name(n): v for n, v in zip(words[3::2], words[4::2])}
    return {}
