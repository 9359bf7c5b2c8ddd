# SPDX-License-Identifier: GPL-2.0-only
"""Instructions of the paths in user space: what does not depend on who else uses the machine. Counted by callgrind,
since virtual machines seldom have counters of the hardware.
"""

import re
import shutil
import subprocess

import programs

PATHS = (  # program, row, column
    *(("render", f"{format}, 1000 {kind}", column) for format in ("text", "openmetrics", "protobuf")
      for kind in ("counters", "histograms") for column in ("plain", "gzip", "zstd")),
    *(("growth", f"{cpus} CPUs", column) for cpus in (2, 256)
      for column in ("table of 64 histograms", "per-CPU hash of 2,000 counters", "hash of 2,000 counters")),
)


def count(program, row, column):
    """Instructions a thing."""
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=bench_measured", "--callgrind-out-file=/dev/null",
               programs.path(program), "--once", row, column]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    total, things = re.search(r"Collected : (\d+)", done.stderr), re.search(r"\tthings\t(\d+)", done.stdout)
    return int(total[1]) / int(things[1])


def measure(results):
    if not shutil.which("valgrind"):
        results.leave_out("all", "valgrind is not installed")
        return
    for program, row, column in PATHS[:: results.pick(1, 18)]:
        table = "Instructions a sample" if program == "render" else "Instructions an entry"
        results.add(table, row, column, "", count(program, row, column))
