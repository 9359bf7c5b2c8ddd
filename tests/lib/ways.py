# SPDX-License-Identifier: GPL-2.0-only
"""Collectors that need fentry or kprobes, one of them at a time:

    @by_each_way
    class Swap(unittest.TestCase):
        def test_every_page_counts_once(self, way):
            with attached("swap", way) as exporter:
                ...
"""

import contextlib
import functools
import os
import re
import unittest

from exporter import Exporter

WAYS = {"fentry": "fentry", "multi": "kprobe.multi", "kprobe": "kprobe"}  # what names of programs begin with, the way
KPROBES = "/sys/bus/event_source/devices/kprobe/type"
CANNOT_RUN = re.compile(r'"collector cannot run" collector=(\S+) reason="?(.*?)"?\n.*none can run', re.DOTALL)


def by_each_way(case):
    """Parts every test of the class, so that each is skipped by itself: test_x_by_fentry, test_x_by_multi and
    test_x_by_kprobe."""
    for name in [name for name in vars(case) if name.startswith("test_")]:
        test = getattr(case, name)
        delattr(case, name)
        for way in WAYS:
            setattr(case, f"{name}_by_{way}", functools.partialmethod(test, way))
    return case


@contextlib.contextmanager
def attached(collector, way, *flags, everywhere=True):
    """An Exporter with this collector; skips the test, with the exporter's reason, where it cannot be attached in this
    way. Where it cannot be attached at all although the kernel has kprobes, the test fails, unless it runs not everywhere:
    functions have gone. Its programs' names begin with the way's."""
    exporter = Exporter(["--collector.disable-defaults", f"--collector.{collector}", f"--attach.prefer={WAYS[way]}",
                         *flags])
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exporter)
        except RuntimeError as e:
            reason = CANNOT_RUN.search(exporter.stderr)
            if not reason or (everywhere and os.path.exists(KPROBES)):
                raise
            raise unittest.SkipTest(f"it cannot run: {reason[2]}") from e
        reason = why_not(exporter, collector, way)
        if reason is not None:
            raise unittest.SkipTest(reason)
        yield exporter


def why_not(exporter, collector, way):
    """None where it is attached in this way; else the reason, of alternatives for this kernel where there are such."""
    scrape = exporter.scrape()
    reasons = {s.labels["program"]: s.labels.get("reason")
               for s in scrape.series("bpf_exporter_program_info", collector=collector)
               if s.labels["program"].startswith(way)}
    runs = (s.labels["program"] for s in scrape.series("bpf_exporter_program_attached", collector=collector) if s.value)
    if reasons.keys() & set(runs):
        return None
    return min(filter(None, reasons.values()), key=lambda reason: "is not in this kernel" in reason,
               default="it has no such program")
