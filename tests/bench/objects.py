# SPDX-License-Identifier: GPL-2.0-only
"""Collectors that are made while a benchmark runs: empty programs on given events, a hash of a given size.

    with generated("hash", hash_source("hash", 1000)) as flags, Exporter(flags) as x: ...
"""

import contextlib
import os
import platform
import subprocess
import tempfile

from dropins import BUILD
from exporter import TOP

BEGIN = '#include "vmlinux.h"\n#include <bpf_exporter/collector.bpf.h>\nCOLLECTOR({name}, "For a benchmark", OFF);\n'


def empty_source(name, events):
    """An empty program for each of these events, (way, target)."""
    return BEGIN.format(name=name) + "".join(
        f'EVENT("{i}") SEC("{way}/{target}") int {name}_{i}(void *ctx) {{ return 0; }}\n'
        for i, (way, target) in enumerate(sorted(events)))


def hash_source(name, series):
    """A hash `filled` with room for just so many series, to be filled from outside. A collector must be able to count:
    this one does when a task hangs."""
    return BEGIN.format(name=name) + f"""
struct point {{ __u32 x; __u32 y; __u64 z DECODE(hex); }};
HASH(filled, struct point, __u64, {series}) METRIC("node_bench_points_total", "Points.");
SEC("tp_btf/sched_process_hang") int hang(void *ctx)
{{
	struct point key = {{ 0 }};
	__u64 *value = series(&filled, &key);

	if (value)
		count(value);
	return 0;
}}
"""


def build(directory, name, source):
    path = os.path.join(directory, f"{name}.bpf.c")
    with open(path, "w") as f:
        f.write(source)
    machine = platform.machine()
    arch = {"x86_64": "x86", "aarch64": "arm64"}.get(machine, machine)
    subprocess.run(
        [os.environ.get("CLANG", "clang"), "-g", "-O2", "-target", "bpf", "-mcpu=v3", f"-D__TARGET_ARCH_{arch}",
         f"-I{TOP}/vmlinux", f"-I{TOP}/include", "-idirafter", f"/usr/include/{machine}-linux-gnu", "-c", path,
         "-o", path.removesuffix(".c") + ".o"], check=True)


def dropin(directory, name):
    """Flags for a collector of a directory and no other."""
    return ["--collector.disable-defaults", f"--collector.directory={directory}", f"--collector.{name}"]


def built(name):
    """Flags for a collector of this directory and no other."""
    return dropin(os.path.join(BUILD, "bench"), name)


@contextlib.contextmanager
def generated(name, source):
    """Flags for this collector and no other."""
    with tempfile.TemporaryDirectory(prefix="bench.") as directory:
        build(directory, name, source)
        yield dropin(directory, name)
