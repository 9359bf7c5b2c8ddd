# SPDX-License-Identifier: GPL-2.0-only
"""The collector oom against a child that wants more than its memory cgroup has. Where the machine is short the kernel
would choose a victim of all of it: that is done in the machines of scripts/vm only."""

import os
import signal
import unittest

from exporter import Exporter, delta
from memcg import MemoryCgroup
from privilege import in_guest
from trouble import LIMIT, want_too_much
from truth import untold
from ways import attached, by_each_way
from workload import crowd, until

ONLY = ["--collector.disable-defaults", "--collector.oom"]
KILLS = 3


def kills_in_vmstat():
    with open("/proc/vmstat") as f:
        return int(next(line for line in f if line.startswith("oom_kill ")).split()[1])


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


def want_too_much_in_crowds(group, times):
    def work():
        for _ in range(times):
            want_too_much(group)

    crowd(work, tasks=8)


def preferred_victim():
    with open("/proc/self/oom_score_adj", "w") as f:
        f.write("1000")
    signal.pause()


@by_each_way
class Scopes(unittest.TestCase):
    def kills(self, exporter, load):
        before, kills = exporter.scrape(), kills_in_vmstat()
        load()
        self.after = exporter.scrape()
        self.killed = kills_in_vmstat() - kills
        shown = {scope: delta(before, self.after, "node_mm_oom_events_total", scope=scope)
                 for scope in ("global", "memcg", "unknown")}
        self.assertLessEqual(untold(before, self.after, "oom", sum(shown.values()), self.killed), 0)
        return shown

    def test_a_crowds_kills_are_all_the_cgroups(self, way):
        with MemoryCgroup(LIMIT) as group, attached("oom", way) as exporter:
            shown = self.kills(exporter, lambda: want_too_much_in_crowds(group, 5))
        self.assertGreaterEqual(self.killed, 40)
        self.assertEqual((shown["global"], shown["unknown"]), (0, 0))

    @unittest.skipUnless(in_guest(), "the kernel chooses a victim on the whole machine")
    def test_a_kill_by_the_sysrq_key_is_the_machines(self, way):
        def load():
            pid = os.fork()
            if pid == 0:
                preferred_victim()
            until(lambda: adjusted(pid), what="the child is the one to choose")
            with open("/proc/sysrq-trigger", "w") as f:
                f.write("f")
            os.waitpid(pid, 0)

        with attached("oom", way) as exporter:
            self.assertEqual(self.kills(exporter, load), {"global": 1, "memcg": 0, "unknown": 0})


def adjusted(pid):
    with open(f"/proc/{pid}/oom_score_adj") as f:
        return f.read() == "1000\n"


class Guess(unittest.TestCase):
    def test_what_a_task_reclaimed_last_is_the_scope(self):
        with MemoryCgroup(LIMIT) as group, Exporter([*ONLY, "--attach.prefer=last reclaim"]) as exporter:
            before = exporter.scrape()
            want_too_much(group)
            after = exporter.scrape()
        self.assertEqual(delta(before, after, "node_mm_oom_events_total", scope="memcg"), 1)


if __name__ == "__main__":
    unittest.main()
