# SPDX-License-Identifier: GPL-2.0-only
"""What writing a sample costs in each format, and packing it: render_bench.c, built by make bench."""

import os
import sys

program = os.path.join(os.environ.get("BUILD", "build"), "bench", "render_bench")
sys.exit(os.spawnv(os.P_WAIT, program, [program]))
