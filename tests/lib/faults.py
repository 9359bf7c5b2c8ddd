# SPDX-License-Identifier: GPL-2.0-only
"""Page faults that a test provokes, and what the kernel counts of them."""

import mmap
import resource
import time

PAGE = mmap.PAGESIZE


def faults_of(who):
    usage = resource.getrusage(who)
    return {"minor": usage.ru_minflt, "major": usage.ru_majflt}


def touch(memory):
    """Access each page once: the faults of this thread meanwhile, and the seconds."""
    before, started = faults_of(resource.RUSAGE_THREAD), time.monotonic()
    for at in range(0, len(memory), PAGE):
        memory[at]
    seconds, after = time.monotonic() - started, faults_of(resource.RUSAGE_THREAD)
    return {kind: after[kind] - before[kind] for kind in after}, seconds
