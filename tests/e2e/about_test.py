# SPDX-License-Identifier: GPL-2.0-only
"""What a scrape says about the exporter itself: enough for the alerts, few samples, and each program where it is asked
for."""

import unittest

from dropins import dropins
from exporter import Exporter

SAMPLES_MAX = 150
ABOUT = ("bpf_exporter_", "process_")


def about(scrape):
    return [sample for name, family in scrape.families.items() if name.startswith(ABOUT) for sample in family.samples]


class About(unittest.TestCase):
    def test_the_default_set_says_little(self):
        with Exporter(program_metrics=False) as exporter:
            scrape = exporter.scrape()
        self.assertLessEqual(len(about(scrape)), SAMPLES_MAX)
        self.assertGreater(len(about(scrape)), 50)
        self.assertFalse([name for name in scrape.families if name.startswith("bpf_exporter_program_")])

    def test_each_collector_has_one_state_and_one_that_cannot_run_its_reason(self):
        with dropins("absent") as directory, \
                Exporter([f"--collector.directory={directory}", "--collector.absent", "--no-collector.task"],
                         program_metrics=False) as exporter:
            infos = {s.labels["collector"]: s.labels for s in exporter.scrape().series("bpf_exporter_collector_info")}
        self.assertEqual(infos["sched"], {"collector": "sched", "state": "running"})
        self.assertEqual(infos["task"], {"collector": "task", "state": "disabled"})
        self.assertEqual(infos["absent"]["state"], "unavailable")
        self.assertIn("no_such_tracepoint", infos["absent"]["reason"])

    def test_no_label_is_empty(self):
        with Exporter() as exporter:
            samples = about(exporter.scrape())
        self.assertEqual([sample for sample in samples if "" in sample.labels.values()], [])

    def test_one_line_tells_of_all_that_one_reason_keeps_from_running(self):
        with dropins("absent") as directory, Exporter(
                [f"--collector.directory={directory}", "--collector.absent"]) as exporter:
            exporter.stop()
        lines = [line for line in exporter.stderr.splitlines() if "cannot run" in line]
        told = [line.split("reason=")[1] for line in lines]
        self.assertEqual(len(told), len(set(told)))
        self.assertTrue([line for line in lines if "absent" in line])


if __name__ == "__main__":
    unittest.main()
