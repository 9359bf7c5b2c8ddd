# SPDX-License-Identifier: GPL-2.0-only
"""What the project wants of its numbers, and where in a run they stand. Only shown beside them: nothing is judged."""

import calibration
from results import number

PARTS, RUN, WHOLE = calibration.TABLE, "A run of each program", "Whole measurements"
REAL, BUSY = "Scrapes of this machine", "The same while twice as many tasks as CPUs are busy"
RENDER = "CPU time and bytes a sample"

TARGETS = (  # in words, at most, (part, table, row, column), what of the record
    ("A counter, warm, above the empty program", "12 ns",
     ("events", PARTS, calibration.COUNTER, "above empty"), "value"),
    ("A counter (writeback_dirty_folio)", "12 ns",
     ("events", RUN, "pagecache: writeback_dirty_folio", "above empty"), "value"),
    ("A histogram of a value at hand, warm", "22 ns",
     ("events", PARTS, calibration.HISTOGRAM, "above empty"), "value"),
    ("A histogram of a value at hand, and a counter (sched_switch)", "22 ns",
     ("events", RUN, "sched: sched_switch", "above empty"), "value"),
    ("A program of a pair with start stamps, warm", "45 ns",
     ("events", PARTS, calibration.LATENCY, "above empty"), "value"),
    ("A program of a pair with start stamps (softirq_exit)", "45 ns",
     ("events", RUN, "softirq: softirq_exit", "above empty"), "value"),
    ("Run-queue latency, of libbpf-tools' runqlat", "0.40",
     ("events", WHOLE, "sched, by sched_switch: libbpf-tools", "ours"), "ratio"),
    ("Block latency, of biolatency", "0.35",
     ("events", WHOLE, "block, by block_rq_complete: libbpf-tools", "ours"), "ratio"),
    ("System call latency, of syscount -L", "0.65",
     ("events", WHOLE, "syscall, by sys_exit: libbpf-tools", "ours"), "ratio"),
    ("Softirqs, of softirqs -d", "1.0",
     ("events", WHOLE, "softirq, by softirq_exit: libbpf-tools", "ours"), "ratio"),
    ("Softirqs, of ebpf_exporter's way", "0.6",
     ("events", WHOLE, "softirq, by softirq_exit: ebpf_exporter's way", "ours"), "ratio"),
    ("Rendering a line of text, warm", "20 ns",
     ("render", RENDER, "text, 1000 histograms", "plain"), "value"),
    ("gzip of a line", "200 ns",
     ("render", RENDER, "text, 1000 histograms", "gzip"), "value"),
    ("A line of a default scrape, end to end", "60 ns",
     ("scrape", REAL, "default set, text, plain", "CPU a sample"), "value"),
    ("CPU of a default scrape", "1 ms",
     ("scrape", REAL, "default set, text, plain", "CPU"), "value"),
    ("p99 of a default scrape while the machine is busy", "5 ms",
     ("scrape", BUSY, "default set, text, plain", "p99"), "value"),
    ("CPU of 10,000 series of a hash", "2.5 ms",
     ("scrape", "A hash of 10,000 series", "text, plain", "CPU"), "value"),
    ("CPU of 100,000 series", "20 ms",
     ("scrape", "A hash of 100,000 series", "text, plain", "CPU"), "value"),
    ("CPU of 1,000,000 series", "300 ms",
     ("scrape", "A hash of 1,000,000 series", "text, plain", "CPU"), "value"),
    # Of a machine whose batches take 115 ns an entry, as that did for which the milliseconds above were set.
    ("CPU of 10,000 series, of what the kernel's batches alone take", "2.2",
     ("scrape", "A hash of 10,000 series", "text, plain", "CPU"), "ratio"),
    ("CPU of 100,000 series, of batches alone", "1.7",
     ("scrape", "A hash of 100,000 series", "text, plain", "CPU"), "ratio"),
    ("CPU of 1,000,000 series, of batches alone", "2.6",
     ("scrape", "A hash of 1,000,000 series", "text, plain", "CPU"), "ratio"),
    ("Resident with 1,000,000 series, after all formats", "250 MB",
     ("scrape", "A hash of 1,000,000 series", "the process", "resident"), "value"),
    ("Resident after the start, default set", "6 MB",
     ("memory", "Memory", "default set, at the start", "resident"), "value"),
    ("First complete scrape after exec", "300 ms",
     ("start", "From exec to the first scrape", "default set", "first scrape"), "value"),
    ("Eight scrapers at once, of one alone", "1.5",
     ("growth", "Scrapers at once, text, plain", "8 at once", "p50"), "ratio"),
    ("Eight scrapers at once, of one alone on a server that only sends the body", "-",
     ("growth", "Scrapers at once, text, plain", "8 at once", "floor"), "ratio"),
)


def find(records, place):
    return next((r for r in records if (r.part, r.table, r.name, r.column) == place), None)


def rows(records):
    """[[what, at most, the same times the empty program's time here and there, measured]]"""
    slower = calibration.slower(records)
    for what, limit, place, field in TARGETS:
        record = find(records, place)
        value = getattr(record, field) if record else None
        unit = f" {record.unit}" if record and field == "value" else ""
        scaled = f"{number(float(limit.split()[0]) * slower)} ns" if slower and is_of_an_event(place, field) else limit
        yield [what, limit, scaled, "-" if value is None else number(value) + unit]


def is_of_an_event(place, field):
    return place[0] == "events" and field == "value"
