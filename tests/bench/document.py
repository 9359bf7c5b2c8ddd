# SPDX-License-Identifier: GPL-2.0-only
"""Puts the tables of a kept run into docs/performance.md, between the markers of each part; the text around them stays.
Parts that were not measured keep theirs; so do the targets where a part of theirs was not.

    <!-- bench: scrape -->
    <!-- end -->
"""

import json
import os
import re
import sys

import targets
from results import Record, Results, as_markdown

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "performance.md")
MARKED = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def machine_text(kept):
    m = kept["machine"]
    return (f"Measured {m['date']} on {m['cpu']} with {m['cpus']} CPUs, {m['machine']}, Linux {m['kernel']}"
            f"{', in quick mode' if kept['quick'] else ''}.\n")


def part_text(kept, part):
    results = Results()
    results.records = [Record(**r) for r in kept["results"]]
    tables = [f"**{title}**\n\n{as_markdown(header, rows)}\n" for title, header, rows in results.tables(part)]
    left = [f"- {x['what']}: {x['why']}" for x in kept["left_out"] if x["part"] == part]
    if left:
        tables.append("Left out:\n\n" + "\n".join(left) + "\n")
    return "\n".join(tables)


def targets_text(kept):
    rows = targets.rows([Record(**r) for r in kept["results"]])
    header = ["", "at most", "at most, scaled by the run's empty program", "measured"]
    return as_markdown(header, list(rows)) + "\n"


def fill(text, kept):
    """The document with the tables of each part that was measured; the others keep theirs."""
    measured = {r["part"] for r in kept["results"]}

    def block(match):
        begin, part, end = match.groups()
        if part == "machine":
            return begin + machine_text(kept) + end
        if part == "targets" and {place[0] for _, _, place, _ in targets.TARGETS} <= measured:
            return begin + targets_text(kept) + end
        return begin + part_text(kept, part) + end if part in measured else match[0]

    return MARKED.sub(block, text)


def write(path):
    try:
        with open(path) as f:
            kept = json.load(f)
    except OSError as e:
        sys.exit(f"scripts/bench: {path}: {e.strerror}; measure first")
    with open(DOCUMENT) as f:
        text = f.read()
    with open(DOCUMENT, "w") as f:
        f.write(fill(text, kept))
    return 0
