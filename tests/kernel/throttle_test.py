# SPDX-License-Identifier: GPL-2.0-only
"""The collector throttle against cpu.stat of cgroups with a quota."""

import contextlib
import os
import tempfile
import unittest

from exporter import delta
from memcg import V2, controllers
from ways import attached, by_each_way
from workload import child, until

METRIC = "node_sched_cfs_throttled_seconds"
PERIODS = 5


class CpuCgroup:
    """A cgroup that may use 20 of each 100 ms."""

    def __enter__(self):
        if "cpu" not in controllers():
            raise unittest.SkipTest("the CPU controller is off here")
        self.path = tempfile.mkdtemp(prefix="bpf_exporter_test.", dir=V2)
        self.write("cpu.max", "20000 100000")
        return self

    def __exit__(self, *_):
        until(lambda: not self.read("cgroup.events")["populated"], what="the cgroup is empty")
        os.rmdir(self.path)

    @property
    def name(self):
        return self.path.removeprefix(V2)

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w") as f:
            f.write(str(value))

    def read(self, name):
        with open(f"{self.path}/{name}") as f:
            return {key: int(value) for key, value in map(str.split, f)}

    @contextlib.contextmanager
    def busy(self):
        """A task of the cgroup that wants one CPU for itself."""
        def loop():
            os.sched_setaffinity(0, [os.cpu_count() - 1])
            self.write("cgroup.procs", os.getpid())
            while True:
                pass

        with child(loop):
            yield

    def throttle(self):
        """Be throttled some times, and then not any more."""
        with self.busy():
            until(lambda: self.read("cpu.stat")["nr_throttled"] >= PERIODS, 30, "it was throttled")
            self.write("cpu.max", "max")
        return self.read("cpu.stat")


@by_each_way
class Throttle(unittest.TestCase):
    def test_the_time_is_that_of_cpu_stat(self, way):
        """To the microsecond, in which the kernel tells it. One throttling may last for several of the kernel's
        periods, and the last one ends without a period."""
        with CpuCgroup() as group, attached("throttle", way) as exporter:
            before = exporter.scrape()
            stat = group.throttle()
            after = exporter.scrape()
            throttled = delta(before, after, METRIC, cgroup=group.name)
            self.assertAlmostEqual(throttled.sum, stat["throttled_usec"] / 1e6, delta=1e-6)
            self.assertGreater(throttled.count, 0)
            self.assertLessEqual(throttled.count, stat["nr_throttled"] + 1)
            self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="throttle"), 0)

    def test_cgroups_beyond_the_ceiling_are_together(self, way):
        with attached("throttle", way, "--collector.throttle.cgroups=1") as exporter, \
                CpuCgroup() as one, CpuCgroup() as two, CpuCgroup() as three:
            before = exporter.scrape()
            stats = [group.throttle() for group in (one, two, three)]
            after = exporter.scrape()
            for name, wanted in (one.name, stats[:1]), ("other", stats[1:]):
                seconds = sum(stat["throttled_usec"] for stat in wanted) / 1e6
                self.assertAlmostEqual(delta(before, after, METRIC, cgroup=name).sum, seconds, delta=2e-6)
            series = {s.labels["cgroup"] for s in after.families[METRIC].samples}
            self.assertEqual(series, {one.name, "other"})

    def test_a_removed_cgroup_makes_room_for_another(self, way):
        with attached("throttle", way, "--collector.throttle.cgroups=1") as exporter:
            for _ in range(3):
                with CpuCgroup() as group:
                    group.throttle()
                    self.assertIn(group.name, self.shown(exporter))
                self.assertNotIn(group.name, self.shown(exporter))

    @staticmethod
    def shown(exporter):
        return {s.labels["cgroup"] for s in exporter.scrape().series(f"{METRIC}_count")}


if __name__ == "__main__":
    unittest.main()
