# SPDX-License-Identifier: GPL-2.0-only
"""Runs the parts of the benchmark, prints their tables, keeps their numbers.

scripts/bench builds what this runs. Every part is a module NAME_bench.py with a function measure(results) and a text
that says what it measures. What cannot be measured here is left out, with the reason; only errors fail.
"""

import argparse
import glob
import importlib
import json
import os
import signal
import sys
import time
import traceback

import document
from machine import describe
from results import Results, as_text

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = 1
# In this order; the most telling first.
ORDER = ("events", "slowdown", "scrape", "memory", "start", "growth", "collect", "render", "instructions")


def parts():
    found = {os.path.basename(path)[: -len("_bench.py")] for path in glob.glob(f"{HERE}/*_bench.py")}
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


def choose(wanted):
    """Parts whose names contain one of these words; all where there are none."""
    for word in wanted:
        if not any(word in name for name in parts()):
            sys.exit(f"scripts/bench: no part is called '{word}'; there are: {' '.join(parts())}")
    return [name for name in parts() if not wanted or any(word in name for word in wanted)]


def run(name, results):
    """Whether it ran without an error."""
    results.part, began = name, time.monotonic()
    print(f"\n== {name} ==", flush=True)
    try:
        importlib.import_module(f"{name}_bench").measure(results)
    except Exception:  # one part's error does not stop the others
        traceback.print_exc()
        return False
    finally:
        for title, header, rows in results.tables(name):
            print(f"\n{title}\n{as_text(header, rows)}")
        for left in results.left_out:
            if left["part"] == name:
                print(f"left out: {left['what']}: {left['why']}")
        print(f"({time.monotonic() - began:.0f} s)", flush=True)
    return True


def keep(path, results, failed):
    kept = {
        "schema": SCHEMA,
        "machine": describe(),
        "quick": results.quick,
        "failed": failed,
        "left_out": results.left_out,
        "results": [r.__dict__ for r in results.records],
    }
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w") as f:
        json.dump(kept, f, indent=1)
    print(f"\nkept in {path}")


def options():
    build = os.environ.get("BUILD", "build")
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measure what bpf_exporter costs on this machine.",
        epilog=f"Parts: {' '.join(parts())}. docs/performance.md says what they measure.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="only parts whose names contain one of these")
    parser.add_argument("--quick", action="store_true", help="smallest sizes, fewest runs: to see that all parts work")
    parser.add_argument("--hour", action="store_true", help="watch memory over an hour of scrapes at 1 Hz")
    parser.add_argument("--json", metavar="FILE", default=os.path.join(build, "bench.json"),
                        help="keep the numbers here (%(default)s)")
    parser.add_argument("--write-docs", action="store_true",
                        help="put the tables of the last run into docs/performance.md; measures nothing")
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended, too
    os.environ.setdefault("PATIENCE", "10")  # nothing is judged, so what is slow is waited for
    chosen = options()
    if chosen.write_docs:
        return document.write(chosen.json)
    results = Results(chosen.quick, chosen.hour)
    failed = [name for name in choose(chosen.parts) if not run(name, results)]
    keep(chosen.json, results, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
