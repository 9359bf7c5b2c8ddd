# SPDX-License-Identifier: GPL-2.0-only
"""What an entry of a hash costs: read and thrown away, collected into a table that knows it, into a new one."""

import programs


def measure(results):
    programs.add(results, "collect", "CPU time an entry")
