# SPDX-License-Identifier: GPL-2.0-only
"""Files of kernel types for --btf.path: good ones, and each way in which one can be bad."""

import os
import re
import struct
import subprocess

OWN = "/sys/kernel/btf/vmlinux"
NOTES = "/sys/kernel/notes"


def read(path):
    with open(path, "rb") as f:
        return f.read()


def elf(path, types=None, notes=None):
    """An ELF file as a kernel's is: an object of the assembler's with these sections added."""
    subprocess.run(["gcc", "-c", "-x", "assembler", "-o", path, "/dev/null"], check=True)
    for section, source in ((".BTF", types), (".notes", notes)):
        if source:
            subprocess.run(["objcopy", "--add-section", f"{section}={source}", path], check=True)


def files(folder):
    """Path of each file by what it is; the keys beginning with "this kernel" are good."""
    made = {}

    def put(what, data):
        made[what] = os.path.join(folder, what.replace(" ", "-"))
        with open(made[what], "wb") as f:
            f.write(data)
        return made[what]

    types, notes = read(OWN), read(NOTES)
    own = put("this kernel's", types)
    ours = put("notes", notes)
    theirs = put("other notes", notes[:16] + bytes([notes[16] ^ 1]) + notes[17:])  # in the build id, which comes first
    first = struct.unpack_from("<I", types, 4)[0]  # where the types begin
    put("nothing", b"")
    put("text", b"CONFIG_DEBUG_INFO_BTF=y\n")
    put("cut off", types[: len(types) // 2])
    put("damaged", types[:first] + b"\xff" * 64 + types[first + 64:])
    put("another kernel's", re.sub(rb"btf_trace_[a-z]", b"btf_trace_0", types))
    put("other byte order", types[1::-1] + types[2:])
    for what, parts in {"this kernel's ELF": (own, ours), "this kernel's ELF without build id": (own, None),
                        "another kernel's ELF": (own, theirs), "ELF without types": (None, ours)}.items():
        made[what] = os.path.join(folder, what.replace(" ", "-"))
        elf(made[what], *parts)
    del made["notes"], made["other notes"]
    return {**made, "a directory": folder, "missing": os.path.join(folder, "no-such-file")}
