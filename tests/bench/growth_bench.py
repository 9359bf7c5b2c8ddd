# SPDX-License-Identifier: GPL-2.0-only
"""How cost grows: with CPUs, with collectors, with scrapers at once. With series: see the part `scrape`.

Machines with more CPUs are played to the reader (growth_bench.c); what the kernel's maps would take there is computed
from what they take here.
"""

import glob
import json
import os
import statistics
import subprocess
import time

import programs
from dropins import BUILD
from events_bench import collectors
from exporter import Exporter
from machine import kernel_bytes, maps_of, possible_cpus
from scraping import PACKINGS, count_samples, least_walls, scrape

PAGE = 4096
MMAPABLE = 1 << 10  # BPF_F_MMAPABLE
BUCKET = 16  # bytes of a hash's bucket
CPUS = 2, 8, 64, 256
CLIENTS = 1, 2, 4, 8


def rounded(n, to):
    return (n + to - 1) // to * to


def power_of_two(n):
    return 1 << (n - 1).bit_length()


def tables():
    """Names of maps with a copy a CPU, as the kernel cuts them, out of the objects' descriptions."""
    found = set()
    for path in glob.glob(os.path.join(BUILD, "bpf", "*.bpf.o")):
        types = json.loads(subprocess.check_output(["bpftool", "-j", "btf", "dump", "file", path]))["types"]
        names = {t["id"]: t["name"] for t in types}
        tagged = [t for t in types if t["kind"] == "DECL_TAG" and t["name"] == "layout=percpu"]
        found.update(names[t["type_id"]][:15] for t in tagged)
    return found


def map_bytes(m, cpus, per_cpu):
    """What a map takes on a machine with so many possible CPUs, without the kernel's own small headers and those maps
    that grow with tasks."""
    entries, value = m["max_entries"], rounded(m["bytes_value"], 8)
    entry = 48 + rounded(m["bytes_key"], 8)
    if m["type"] == "array" and m.get("name") in per_cpu:
        return rounded(entries // possible_cpus() * cpus * value, PAGE) + PAGE
    if m["type"] == "array":
        return rounded(entries * value, PAGE) + PAGE if m["flags"] & MMAPABLE else entries * value
    if m["type"] == "percpu_array":
        return entries * (8 + value * cpus)
    if m["type"] in ("hash", "lru_hash"):
        return entries * (entry + value) + BUCKET * power_of_two(entries)
    if m["type"] == "percpu_hash":
        return entries * (entry + 8 + value * cpus) + BUCKET * power_of_two(entries)
    return m["bytes_memlock"]


def cpus_memory(results):
    with Exporter([f"--collector.{name}" for name in collectors()]) as x:
        maps = maps_of(x.pid)
    per_cpu, table, here = tables(), "Maps of all collectors, by possible CPUs", possible_cpus()
    computed = {cpus: sum(map_bytes(m, cpus, per_cpu) for m in maps) / 1e3 for cpus in sorted({here, *CPUS})}
    for cpus, kilobytes in computed.items():
        results.add(table, f"{cpus} CPUs", "computed", "kB", kilobytes)
    told = sum(m["bytes_memlock"] for m in maps) / 1e3
    results.add(table, f"{here} CPUs", "as their info says", "kB", told, over=computed[here], to="computed")


def by_collectors(results):
    names = collectors()
    for n in results.pick(range(1, len(names) + 1), [1, len(names)]):
        table, row = "By collectors", f"{n}: + {names[n - 1]}"
        flags = ["--collector.disable-defaults", *(f"--collector.{name}" for name in names[:n])]
        with Exporter(flags) as x:
            samples = count_samples(x.port)
            run = scrape(x.pid, x.port, results.pick(100, 5))
            results.add(table, row, "samples", "", samples)
            results.add(table, row, "ready after", "ms", x.start_seconds * 1e3)
            results.add(table, row, "CPU", "ms", run.cpu * 1e3)
            results.add(table, row, "p50", "ms", [wall * 1e3 for wall in run.walls])
            results.add(table, row, "resident", "MB", x.resident_bytes() / 1e6)
            results.add(table, row, "kernel", "MB", sum(kernel_bytes(x.pid)) / 1e6)


def by_clients(results, x, name, headers):
    """Each scraper's wait beside that of one alone; CPU tells where it goes: to scrapes of their own, or to waiting.
    The floor: one's wait, and what more they wait together for a server that only sends a body of that size."""
    table, alone, least = f"Scrapers at once, {name}", None, None
    for clients in CLIENTS:
        began = time.monotonic()
        run = scrape(x.pid, x.port, results.pick(200, 5), headers, clients)
        passed, row = time.monotonic() - began, f"{clients} at once"
        walls = [wall * 1e3 for wall in run.walls]
        p50 = results.add(table, row, "p50", "ms", walls, over=alone, to="one alone")
        results.add(table, row, "p99", "ms", walls, value=run.quantile(0.99) * 1e3)
        results.add(table, row, "CPU of the exporter a scrape", "ms", run.cpu * 1e3)
        results.add(table, row, "CPUs that the exporter used", "", run.cpu * len(walls) / passed)
        alone = alone or p50
        least = least or least_walls(int(run.bytes), results.pick(200, 5), CLIENTS)
        more = statistics.median(least[clients]) - statistics.median(least[1])
        results.add(table, row, "floor", "ms", alone + more * 1e3, over=alone, to="one alone")


def measure(results):
    programs.add(results, "growth", "Collecting an entry, by possible CPUs")
    cpus_memory(results)
    by_collectors(results)
    with Exporter() as x:
        for name, headers in PACKINGS.items():
            by_clients(results, x, f"text, {name}", headers)
