# SPDX-License-Identifier: GPL-2.0-only
"""Calls that the drop-in `probe` (tests/kernel/objects/probe.bpf.c) is to see: calls_seen("offset") == {"offset": CALLS}"""

import os

from dropins import dropins
from exporter import Exporter

CALLS = 211


def calls_seen(*names):
    """What the drop-in `probe` counts under these names while this process calls getppid() CALLS times."""
    with dropins("probe") as directory:
        flags = ["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.probe"]
        with Exporter([*flags, f"--collector.probe.watched={os.getpid()}"]) as x:
            for _ in range(CALLS):
                os.getppid()
            s = x.scrape()
    return {name: s.value(f"node_probe_{name}_total") for name in names}
