# SPDX-License-Identifier: GPL-2.0-only
"""Probes that the kernel has switched off are no zeros: the collector is absent or fails, with the reason."""

import ctypes
import os
import unittest

from exporter import Exporter, delta, run
from privilege import why_no_bpf
from workload import until

FTRACE, KPROBES = "/proc/sys/kernel/ftrace_enabled", "/sys/kernel/debug/kprobes/enabled"
FSYNC = ["--collector.disable-defaults", "--collector.fsync"]
WAYS = {"fentry": [FTRACE], "kprobe.multi": [FTRACE], "kprobe": [KPROBES]}
CALLS = 50


def write(path, value):
    with open(path, "w") as f:
        f.write(value)


def switch_off(path):
    """False where the kernel does not let anybody do so: the switch of ftrace since 7.3."""
    try:
        write(path, "0")
    except OSError:
        return False
    return True


def sync():
    libc = ctypes.CDLL(None)
    for _ in range(CALLS):
        libc.syncfs(-1)


class Witness(unittest.TestCase):
    def setUp(self):
        if why_no_bpf():
            self.skipTest(why_no_bpf())
        if "BPF_EXPORTER_GUEST" not in os.environ:
            self.skipTest("switches the probes of the whole machine off")
        for path in FTRACE, KPROBES:
            self.addCleanup(write, path, "1")

    def ways(self):
        """Each way that runs here, with the files that switch it off."""
        for way, switches in WAYS.items():
            listed = run(*FSYNC, f"--attach.prefer={way}", "--check").stdout
            if any(f"sync: {way} " in line and " yes" in line for line in listed.splitlines()):
                yield from ((way, path) for path in switches)

    def test_a_collector_whose_probes_are_switched_off_fails_until_they_are_back(self):
        tried = 0
        for way, switch in self.ways():
            with self.subTest(f"{way} {switch}"), Exporter([*FSYNC, f"--attach.prefer={way}"]) as exporter:
                before = exporter.scrape()
                sync()
                now = exporter.scrape()
                self.assertEqual(delta(before, now, "node_fs_sync_seconds", call="syncfs").count, CALLS)
                if not switch_off(switch):
                    continue
                off = exporter.scrape()
                self.assertEqual(off.value("bpf_exporter_collector_success", collector="fsync"), 0)
                self.assertEqual(off.series("node_fs_sync_seconds_count"), [])
                write(switch, "1")
                until(lambda exporter=exporter: exporter.scrape().value("bpf_exporter_collector_success",
                                                                        collector="fsync"), what="it works again")
                self.assertIn("is 0" if switch == FTRACE else "switched off", exporter.stderr)
            tried += 1
        self.assertGreater(tried, 0)

    def test_at_the_start_it_is_unavailable_with_the_reason(self):
        for switch in {switch for _, switch in self.ways()}:
            ways = [way for way, path in self.ways() if path == switch]
            with self.subTest(switch):
                if not switch_off(switch):
                    continue
                done = run(*FSYNC, f"--attach.prefer={ways[0]}", "--check")
                write(switch, "1")
                if switch == FTRACE:
                    self.assertEqual(done.returncode, 1)
                    self.assertIn("kernel.ftrace_enabled is 0", done.stdout)
                else:
                    self.assertIn("they are switched off", done.stdout)


if __name__ == "__main__":
    unittest.main()
