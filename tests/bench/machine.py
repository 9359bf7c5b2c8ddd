# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel says of a process: its CPU time, memory, programs and maps; and of the machine itself."""

import contextlib
import datetime
import json
import os
import platform
import re
import subprocess
import time

CPUCLOCK_SCHED = 2  # of linux/posix-timers.h


def describe():
    """The machine that numbers belong to."""
    with open("/proc/cpuinfo") as f:
        model = re.search(r"^(?:model name|CPU implementer)\s*: (.*)", f.read(), re.MULTILINE)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "cpu": model[1] if model else "unknown",
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def cpu_seconds(pid):
    """CPU time that a process used so far, user and system, by all its threads: its clock (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def private_bytes(pid):
    """What would be free if the process were not: resident, without files that others may share."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return sum(int(kb) * 1024 for kb in re.findall(r"^Private_\w+:\s+(\d+) kB", f.read(), re.MULTILINE))


def programs_of(pid):
    """Programs that a process holds, or holds a link to, as bpftool shows them."""
    ids = set()
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/fdinfo/{fd}") as f:
            ids.update(map(int, re.findall(r"^prog_id:\s*(\d+)", f.read(), re.MULTILINE)))
    shown = json.loads(subprocess.check_output(["bpftool", "-j", "prog", "show"])) if ids else []
    return [p for p in shown if p["id"] in ids]


def maps_of(pid):
    """Maps that the programs of a process use, and those that it holds for itself."""
    ids = {i for program in programs_of(pid) for i in program.get("map_ids", ())}
    shown = json.loads(subprocess.check_output(["bpftool", "-j", "map", "show"])) if ids else []
    return [m for m in shown if m["id"] in ids]


def kernel_bytes(pid):
    """(of maps, of programs): as their info says, locked memory; programs with the code that runs."""
    programs = programs_of(pid)
    code = sum(p.get("bytes_memlock", 0) + p.get("bytes_jited", 0) for p in programs)
    return sum(m["bytes_memlock"] for m in maps_of(pid)), code


def possible_cpus():
    with open("/sys/devices/system/cpu/possible") as f:
        return int(re.split("[-,]", f.read().strip())[-1]) + 1
