# SPDX-License-Identifier: GPL-2.0-only
"""What an author of collectors relies on: slot() finds the right place in each kind of map on every CPU, and the
standard tools open what the macros make."""

import glob
import os
import subprocess
import unittest

from dropins import BUILD, dropins
from exporter import Exporter

CALLS = 100
PLACE = "2"


class Slots(unittest.TestCase):
    def test_each_kind_of_map_counts_the_calls_of_all_cpus(self):
        cpus = os.sched_getaffinity(0)
        flags = ["--collector.disable-defaults", "--collector.slots", f"--collector.slots.watched={os.getpid()}"]
        with dropins("slots") as directory, Exporter([*flags, f"--collector.directory={directory}"]) as exporter:
            try:
                for cpu in cpus:
                    os.sched_setaffinity(0, {cpu})
                    for _ in range(CALLS):
                        os.getppid()
            finally:
                os.sched_setaffinity(0, cpus)
            scrape = exporter.scrape()
        wanted = CALLS * len(cpus)
        for kind in "table", "shared", "array":
            name = f"node_slots_{kind}_total"
            self.assertEqual((scrape.value(name, place=PLACE), scrape.sum(name)), (wanted, wanted), kind)
        self.assertEqual(scrape.value("node_slots_scratch"), wanted)
        self.assertEqual(scrape.sum("bpf_exporter_events_lost_total", collector="slots", cause="out_of_range"), 0)

    def test_bpftool_opens_every_object(self):
        objects = glob.glob(f"{BUILD}/bpf/*.bpf.o") + glob.glob(f"{BUILD}/kernel/objects/*.bpf.o")
        self.assertGreater(len(objects), 20)
        for path in objects:
            with self.subTest(os.path.basename(path)):
                done = subprocess.run(["bpftool", "gen", "skeleton", path], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
