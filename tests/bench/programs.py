# SPDX-License-Identifier: GPL-2.0-only
"""Benchmarks that are programs of their own (tests/bench/*_bench.c, see bench.h): their lines become records."""

import os
import subprocess

from dropins import BUILD


def path(name):
    return os.path.join(BUILD, "bench", f"{name}_bench")


def lines(name, quick):
    """(row, column, unit, samples) of each line that a program prints."""
    printed = subprocess.check_output([path(name), *(["--quick"] if quick else [])], text=True)
    for line in printed.splitlines():
        row, column, unit, *samples = line.split("\t")
        yield row, column, unit, [float(sample) for sample in samples]


def add(results, name, table):
    for row, column, unit, samples in lines(name, results.quick):
        results.add(table, row, column, unit, samples)
