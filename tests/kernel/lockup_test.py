# SPDX-License-Identifier: GPL-2.0-only
"""The collector lockup against a CPU that really hangs, and the kernel's log. In virtual machines only.

No hard lockup is provoked: to see one the kernel needs a hardware counter, which emulated machines have not. What it
would say is written to its log instead."""

import os
import subprocess
import unittest

from dropins import dropins
from exporter import Exporter, delta
from privilege import in_guest
from workload import until

ONLY = ["--collector.disable-defaults", "--collector.lockup"]
METRIC = "node_kernel_lockups_total"
MARK = 4711 << 40
# Of kernels before 6.5, before 6.18 and since.
HARD = ("NMI watchdog: Watchdog detected hard LOCKUP on cpu 1", "watchdog: Watchdog detected hard LOCKUP on cpu 1",
        "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1")
OTHERS = "watchdog: soft lockup", "BUG: sleeping function", "BUG: so", "hard lockup", "hard"


def said(words):
    """How often the kernel's log has them."""
    return subprocess.check_output(["dmesg"], text=True, errors="replace").count(words)


def watchdog_threshold(seconds):
    with open("/proc/sys/kernel/watchdog_thresh", "w") as f:
        f.write(str(seconds))


def say(line):
    with open("/dev/kmsg", "w") as f:
        f.write(f"<0>{line}\n")


@unittest.skipUnless(in_guest(), "only in the machines of scripts/vm: a CPU hangs, and its log tells lies")
class Lockup(unittest.TestCase):
    def test_a_soft_lockup_counts_as_often_as_the_kernel_reports_it(self):
        watchdog_threshold(1)
        self.addCleanup(watchdog_threshold, 10)
        file = os.memfd_create("far")  # its offsets may be that large
        self.addCleanup(os.close, file)
        with dropins("hog") as directory, \
                Exporter([*ONLY, f"--collector.directory={directory}", "--collector.hog"]) as exporter:
            before, reports = exporter.scrape(), said("BUG: soft lockup - CPU")
            self.assertEqual(os.lseek(file, MARK, os.SEEK_SET), MARK)
            until(lambda: delta(before, exporter.scrape(), "node_hog_total") == 1, 20, "a CPU was stuck")

            def counted():
                self.after = exporter.scrape()
                self.reports = said("BUG: soft lockup - CPU") - reports
                return self.reports and delta(before, self.after, METRIC, kind="soft") == self.reports

            until(counted, what="what the kernel reports is counted")
        self.assertEqual(delta(before, self.after, METRIC, kind="hard"), 0)

    def test_a_report_of_a_hard_lockup_counts_and_other_messages_do_not(self):
        with Exporter(ONLY) as exporter:
            before = exporter.scrape()
            for line in (*HARD, *OTHERS, "x" * 900):
                say(line)
            until(lambda: delta(before, exporter.scrape(), METRIC, kind="hard") >= len(HARD), what="they are counted")
            say("the end")
            after = exporter.scrape()
        self.assertEqual(delta(before, after, METRIC, kind="hard"), len(HARD))
        self.assertEqual(delta(before, after, METRIC, kind="soft"), 0)
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="lockup"), 0)


if __name__ == "__main__":
    unittest.main()
