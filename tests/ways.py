# SPDX-License-Identifier: GPL-2.0-only
"""Collectors that need fentry or kprobes, one of them at a time:

    with attached("swap", "kprobe") as exporter:
        ...
"""

import contextlib
import re
import unittest

from exporter import Exporter

WAYS = "fentry", "kprobe"
CANNOT_RUN = re.compile(r'"collector cannot run" collector=(\S+) reason="?(.*?)"?\n.*none can run', re.DOTALL)


@contextlib.contextmanager
def attached(collector, way, *flags):
    """An Exporter with this collector; skips the test, with the exporter's reason, where it cannot be attached in this
    way. Its programs' names begin with the way's."""
    exporter = Exporter(["--collector.disable-defaults", f"--collector.{collector}", f"--attach.prefer={way}", *flags])
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exporter)
        except RuntimeError as e:
            reason = CANNOT_RUN.search(exporter.stderr)
            raise unittest.SkipTest(f"it cannot run: {reason[2]}") if reason else e
        reason = why_not(exporter, collector, way)
        if reason is not None:
            raise unittest.SkipTest(f"{way}: {reason}")
        yield exporter


def why_not(exporter, collector, way):
    """None where it is attached in this way."""
    scrape = exporter.scrape()
    reasons = {s.labels["program"]: s.labels["reason"]
               for s in scrape.series("bpf_exporter_program_info", collector=collector)
               if s.labels["program"].startswith(way)}
    runs = (s.labels["program"] for s in scrape.series("bpf_exporter_program_attached", collector=collector) if s.value)
    return None if reasons.keys() & set(runs) else next(filter(None, reasons.values()), "it has no such program")
