# SPDX-License-Identifier: GPL-2.0-only
"""Calls that a drop-in of tests/kernel/objects is to see: calls_seen("probe", "offset") == {"offset": CALLS}"""

import os

from dropins import dropins
from exporter import Exporter

CALLS = 211


def calls_seen(collector, *names):
    """What the drop-in counts under these names while this process calls getppid() CALLS times."""
    with dropins(collector) as directory:
        flags = ["--collector.disable-defaults", f"--collector.directory={directory}", f"--collector.{collector}"]
        with Exporter([*flags, f"--collector.{collector}.watched={os.getpid()}"]) as x:
            for _ in range(CALLS):
                os.getppid()
            s = x.scrape()
    return {name: s.value(f"node_{collector}_{name}_total") for name in names}
