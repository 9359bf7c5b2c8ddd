# SPDX-License-Identifier: GPL-2.0-only
"""Commands in the virtual machines of scripts/vm."""

import subprocess

from exporter import TOP

SKIPPED = 77


def run(case, command, *options, kernel="6.1", timeout=400):
    """What a command says that ends well on one of Debian's kernels; `options` are scripts/vm's. Skips the test, with
    the reason, where that kernel cannot be had."""
    guest = subprocess.run(["scripts/vm", "--timeout", str(timeout), *options, kernel, "--", *command], cwd=TOP,
                           text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           check=False)
    if guest.returncode == SKIPPED:
        case.skipTest(guest.stdout.strip())
    case.assertEqual(guest.returncode, 0, guest.stdout)
    return guest.stdout
