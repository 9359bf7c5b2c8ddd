# SPDX-License-Identifier: GPL-2.0-only
"""What was measured: records, shown as tables and kept as JSON. docs/performance.md documents the fields."""

import dataclasses
import statistics


@dataclasses.dataclass
class Record:
    part: str
    table: str  # its title
    name: str  # of the row
    column: str
    unit: str
    value: float  # the median of the runs, unless the column says otherwise
    runs: int
    min: float
    max: float
    ratio: float | None = None  # value / that of `to`, both from this run
    to: str | None = None


class Results:
    """Records of one run, in their order; `part` is set by whoever runs the parts."""

    def __init__(self, quick=False, hour=False):
        self.quick, self.hour = quick, hour
        self.records, self.left_out = [], []
        self.part = ""

    def pick(self, full, quick):
        return quick if self.quick else full

    def add(self, table, name, column, unit, samples, *, value=None, over=None, to=None):
        """One cell. `over` is the value of another one to divide by, `to` says whose."""
        samples = list(samples) if isinstance(samples, (list, tuple)) else [samples]
        value = statistics.median(samples) if value is None else value
        ratio = value / over if over and not self.quick else None  # of a single run it would say nothing
        self.records.append(Record(self.part, table, name, column, unit, value, len(samples), min(samples),
                                   max(samples), ratio, to if ratio is not None else None))
        return value

    def leave_out(self, what, why):
        """What cannot be measured here is no error, but said."""
        self.left_out.append({"part": self.part, "what": what, "why": why})

    def tables(self, part):
        """[(title, header, rows of text)] of a part."""
        titles = dict.fromkeys(r.table for r in self.records if r.part == part)
        return [(title, *pivot([r for r in self.records if r.part == part and r.table == title])) for title in titles]


def heading(record):
    return f"{record.column}, {record.unit}" if record.unit else record.column


def pivot(records):
    """(header, rows): a row a name, a column a column, and one more for each ratio."""
    header, rows = {}, {}
    for r in records:
        row = rows.setdefault(r.name, {})
        row[header.setdefault(heading(r), heading(r))] = number(r.value)
        if r.ratio is not None:
            to = f"{r.column} / {r.to}"
            row[header.setdefault(to, to)] = number(r.ratio)
    return ["", *header], [[name, *(row.get(column, "-") for column in header)] for name, row in rows.items()]


def number(value):
    """Three digits, or all before the point."""
    size = abs(value)
    digits = 0 if size >= 99.95 or not size else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{digits}f}"


def as_text(header, rows):
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))])
        for line in [header, *rows])


def as_markdown(header, rows):
    rule = ["--", *("--:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, rule, *rows])
