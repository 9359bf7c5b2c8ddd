# SPDX-License-Identifier: GPL-2.0-only
"""What tests share that compare counters of the whole machine with what they know themselves."""


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
