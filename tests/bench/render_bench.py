# SPDX-License-Identifier: GPL-2.0-only
"""What writing a sample costs in each format, and what packing it costs on top."""

import programs


def measure(results):
    programs.add(results, "render", "CPU time and bytes a sample")
