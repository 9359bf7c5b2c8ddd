# SPDX-License-Identifier: GPL-2.0-only
"""CO-RE's promise: a BPF object serves every architecture, but for what the kernel does differently on each."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

from btf import FWD, Btf, layout
from exporter import TOP

# What a source must use before its object may differ: registers (a function's arguments, a call's number), and the
# numbers of system calls, the names of their functions and the mark of 32-bit ones.
BOUND = re.compile(r"bpf_exporter/(function|syscall)\.bpf\.h|\bBPF_K(RET)?PROBE|\bPT_REGS")
ARCHITECTURES = "x86", "arm64"


def types(btf):
    """The words of each type, with names in place of their offsets. Types that are only named (struct signal_struct;) stand in
    the order of their names: clang 19 and newer write them in an order that differs from target to target."""
    written = list(btf.types())
    named = [number for number, (kind, _) in enumerate(written, 1) if kind == FWD]
    ordered = sorted(named, key=lambda number: btf.name(written[number - 1][1][0]))
    place = {**{number: number for number in range(len(written) + 1)}, **dict(zip(ordered, named))}
    see = {"n": btf.name, "t": place.get, "i": int}
    return {place[number]: [see[letter](word) for letter, word in zip(layout(kind, words[1]), words)]
            for number, (kind, words) in enumerate(written, 1)}


def content(path):
    """All of an object: its types, and the bytes of the rest."""
    section, rest = f"{path}.btf", f"{path}.rest"
    subprocess.run(["llvm-objcopy", f"--dump-section=.BTF={section}", "--remove-section=.BTF", path, rest], check=True)
    return types(Btf(read(section))), read(rest)


def compiled(architecture, names):
    """The content() of objects, by name, for an architecture."""
    with tempfile.TemporaryDirectory(prefix="cross.") as build:
        paths = {name: f"{build}/bpf/{name}.bpf.o" for name in names}
        done = subprocess.run(
            ["make", "-s", "-j2", "-C", TOP, f"BUILD={build}", f"BPF_ARCH={architecture}", *paths.values()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stdout)
        return {name: content(path) for name, path in paths.items()}


def read(path):
    with open(path, "rb") as f:
        return f.read()


class CrossTest(unittest.TestCase):
    def test_objects_are_the_same_bytes_for_every_architecture_but_for_those_that_know_registers_or_system_calls(self):
        sources = {os.path.basename(path).removesuffix(".bpf.c"): read(path).decode()
                   for path in glob.glob(f"{TOP}/bpf/*.bpf.c")}
        unbound = {name for name, text in sources.items() if not BOUND.search(text)}
        first, second = (compiled(architecture, unbound) for architecture in ARCHITECTURES)
        self.assertGreaterEqual(len(unbound), 8)
        self.assertEqual([name for name in sorted(unbound) if first[name] != second[name]], [])


if __name__ == "__main__":
    unittest.main()
