# SPDX-License-Identifier: GPL-2.0-only
"""Collectors that need fentry or kprobes, one of them at a time:

    with attached("swap", "kprobe") as exporter:
        ...
"""

import contextlib
import unittest

from exporter import Exporter

WAYS = "fentry", "kprobe"


@contextlib.contextmanager
def attached(collector, way, *flags):
    """An Exporter with this collector alone; skips the test where it cannot be attached in this way. Its programs'
    names begin with the way's."""
    with Exporter(["--collector.disable-defaults", f"--collector.{collector}", f"--attach.prefer={way}",
                   *flags]) as exporter:
        programs = exporter.scrape().families["bpf_exporter_program_attached"].samples
        if not any(s.value and s.labels["program"].startswith(way) for s in programs):
            raise unittest.SkipTest(f"{way} cannot be had here")
        yield exporter
