# SPDX-License-Identifier: GPL-2.0-only
"""The collector oom against a child that wants more than its memory cgroup has. The scope "global" is not provoked: the
kernel would choose a victim on the whole machine."""

import os
import signal
import unittest

from exporter import Exporter, delta
from memcg import MemoryCgroup

ONLY = ["--collector.disable-defaults", "--collector.oom"]
LIMIT = 16 << 20
KILLS = 3


def kills_in_vmstat():
    with open("/proc/vmstat") as f:
        return int(next(line for line in f if line.startswith("oom_kill ")).split()[1])


def want_too_much(group):
    """A child that is killed when it fills twice the cgroup's memory: its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            group.enter()
            bytearray(b"x") * (2 * LIMIT)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


class Oom(unittest.TestCase):
    def test_kills_in_a_cgroup_count_once_each(self):
        with MemoryCgroup(LIMIT) as group, Exporter(ONLY) as exporter:
            before, kills = exporter.scrape(), kills_in_vmstat()
            for i in range(KILLS):
                self.assertEqual(want_too_much(group), signal.SIGKILL)
                self.assertEqual(group.kills(), i + 1)
            kills, after = kills_in_vmstat() - kills, exporter.scrape()
        self.assertEqual(kills, KILLS, "others ran out of memory meanwhile")
        self.assertEqual(delta(before, after, "node_mm_oom_events_total", scope="memcg"), KILLS)
        self.assertEqual(delta(before, after, "node_mm_oom_events_total", scope="global"), 0)
        self.assertEqual(delta(before, after, "bpf_exporter_events_lost_total", collector="oom"), 0)


if __name__ == "__main__":
    unittest.main()
