# SPDX-License-Identifier: GPL-2.0-only
"""What tests share that compare counters of the whole machine with what they know themselves."""

from exposition import delta


def undisturbed(measure, wanted, attempts=10):
    """Call measure() until it returns `wanted`; what the last call returned.

    Others disturb a measurement in two ways. They add to what is counted; and in virtual machines whose
    supervisor is an unseen process of the guest, the kernel runs no BPF program while one of its threads is
    current, so that an interrupt which comes just then is missed: some in a thousand on a busy machine. A
    collector that counts wrongly is wrong in every attempt.
    """
    for _ in range(attempts):
        got = measure()
        if got == wanted:
            break
    return got


def bracket(exporter, read, load):
    """Scrapes before and after load(), each between two calls of read(), a dict of growing numbers: returns both
    scrapes, and what these numbers grew by between the scrapes at least and at most. So a counter of the same
    events is held without a guess about what else went on meanwhile."""
    first = read()
    before = exporter.scrape()
    least = read()
    load()
    most = read()
    after = exporter.scrape()
    last = read()
    return (before, after, {k: most[k] - least[k] for k in least if k in most},
            {k: last[k] - first.get(k, 0) for k in last})


def untold(before, after, collector, shown, made):
    """How many of the events that were made are neither shown nor told as lost or skipped: 0 or less where all is well.
    Kernels that may preempt programs skip them for the other tasks of that CPU: such a loss is to be told at least."""
    lost = delta(before, after, "bpf_exporter_events_lost_total", collector=collector)
    skipped = delta(before, after, "bpf_exporter_program_missed_total", collector=collector)
    return made - shown - lost - skipped
