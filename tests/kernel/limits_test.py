# SPDX-License-Identifier: GPL-2.0-only
"""What must not hurt: full maps, churn, odd bytes, many series, collectors that cannot run.

Among them each case that is known to have broken a peer: label bytes that are not UTF-8, churn during the walk,
unbounded caches, one metric name twice, joined keys, eight scrapers at once, SIGHUP.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from dropins import churn, dropins, fill
from exporter import Exporter, run
from workload import until

ONLY = ["--collector.disable-defaults"]


def series_flags(directory, *more):
    return [*ONLY, f"--collector.directory={directory}", "--collector.series", *more]


def fork(times):
    for _ in range(times):
        os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)


def cpu_seconds(pid):
    return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid(3) has it


class Limits(unittest.TestCase):
    def test_a_full_map_is_counted_and_the_others_go_on(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "many", "put", 5)
            fork(40)
            s = x.scrape()
            lost = s.sum("bpf_exporter_events_lost_total", collector="series", cause="map_full")
            self.assertEqual(len(s.series("node_series_full_total")), 16)
            self.assertEqual(s.value("bpf_exporter_map_entries", map="full"), 16)
            self.assertEqual(s.value("bpf_exporter_map_max_entries", map="full"), 16)
            self.assertGreaterEqual(lost, 24)  # other processes of the machine fork too
            self.assertEqual(s.sum("node_series_many_total"), 1 + 2 + 3 + 4 + 5)

    def test_ten_thousand_label_sets_are_each_there_once_with_their_value(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            for name in "many", "spread":
                fill(x.pid, name, "put", 10000)
            copies = os.sysconf("SC_NPROCESSORS_CONF")
            s = x.scrape()  # the parser refuses a series that stands twice
            for name, factor in ("node_series_many_total", 1), ("node_series_spread_total", copies):
                values = {int(i.labels["x"]): i.value for i in s.series(name)}
                self.assertEqual(values, {n: (n + 1) * factor for n in range(10000)})

    def test_keys_that_stay_are_in_every_scrape_while_others_come_and_go(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            for name, metric in ("many", "node_series_many_total"), ("spread", "node_series_spread_total"):
                fill(x.pid, name, "put", 2000)
                copies = os.sysconf("SC_NPROCESSORS_CONF") if name == "spread" else 1
                with churn(x.pid, name, 5000):
                    for _ in range(60):
                        stay = [i.value for i in x.scrape().series(metric) if int(i.labels["x"]) < 2000]
                        self.assertEqual(len(stay), 2000)
                        self.assertEqual(sum(stay), copies * 2000 * 2001 // 2)

    def test_memory_follows_the_map_and_not_its_history(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "many", "put", 2000)
            with churn(x.pid, "many", 10000):
                for _ in range(10):
                    x.scrape()
                settled = x.resident_bytes()
                for _ in range(40):
                    x.scrape()
                self.assertLess(x.resident_bytes() - settled, 2 << 20)

    def test_bytes_that_are_not_utf8_become_replacement_characters(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "texts", "key", "ff41c3", b'a"b\\c\nd'.hex(), "e282ac")
            names = {i.labels["name"] for i in x.scrape().series("node_series_texts_total")}
            self.assertEqual(names, {"\ufffdA\ufffd", 'a"b\\c\nd', "\u20ac"})

    def test_label_values_that_join_alike_stay_apart(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            pad = lambda a, b: (a.ljust(32, b"\0") + b).hex()  # noqa: E731
            fill(x.pid, "texts", "key", pad(b"x|y", b"z"), pad(b"x", b"y|z"))
            found = {(i.labels["name"], i.labels["other"]) for i in x.scrape().series("node_series_texts_total")}
            self.assertEqual(found, {("x|y", "z"), ("x", "y|z")})

    def test_keys_whose_labels_read_the_same_are_added_up(self):
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "texts", "key", "ff", "fe", "41004200", "4100")  # both bytes become U+FFFD; A ends at NUL
            values = {i.labels["name"]: i.value for i in x.scrape().series("node_series_texts_total")}
            self.assertEqual(values, {"\ufffd": 2, "A": 2})

    def test_what_no_decoder_knows_has_a_defined_text(self):
        with dropins("odd") as directory, \
                Exporter([*ONLY, f"--collector.directory={directory}", "--collector.odd"]) as x:
            fill(x.pid, "odds", "key", "ff" * 44, "00" * 44)
            found = [i.labels for i in x.scrape().series("node_odd_labels_total")]
            self.assertEqual(len(found), 2)
            strange = next(i for i in found if i["colour"] != "red")
            self.assertEqual(strange["symbol"], "0xffffffffffffffff")
            self.assertEqual(strange["syscall"], "unknown")
            self.assertEqual(strange["colour"], "4294967295")

    def test_hidden_kernel_addresses_are_shown_as_numbers(self):
        zeros = "".join(f"0000000000000000 t function_{i}\n" for i in range(1000))
        with tempfile.NamedTemporaryFile("w", suffix=".kallsyms") as hidden, dropins("odd") as directory:
            hidden.write(zeros)
            hidden.flush()
            wrapper = ["unshare", "-m", "sh", "-c",
                       f'mount --bind {hidden.name} /proc/kallsyms && exec "$@"', "sh"]
            flags = [*ONLY, f"--collector.directory={directory}", "--collector.odd"]
            with Exporter(flags, wrapper=wrapper) as x:
                fill(x.pid, "odds", "key", "10008081ffffffff")
                self.assertEqual(x.scrape().labels("node_odd_labels_total", "symbol"), {"0xffffffff81800010"})

    def test_sixty_thousand_cgroups_come_and_go_within_bounds(self):
        with open("/proc/mounts") as mounts:
            root = next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)
        if not root:
            self.skipTest("cgroup2 is not mounted here")
        with dropins("odd") as directory, \
                Exporter([*ONLY, f"--collector.directory={directory}", "--collector.odd"]) as x:
            resident = x.resident_bytes()
            for i in range(60000):
                path = f"{root}/limits_test.{i}"
                os.mkdir(path)
                os.rmdir(path)
                if i % 6000 == 0:
                    x.scrape()
            s = x.scrape()
            self.assertEqual(len(s.series("node_odd_cgroups_total")), 1000)
            lost = s.sum("bpf_exporter_events_lost_total", collector="odd", cause="map_full")
            self.assertGreaterEqual(lost + 1000, 60000)
            self.assertLess(x.resident_bytes() - resident, 4 << 20)

    def test_a_metric_name_that_is_taken_refuses_the_second_collector_only(self):
        with dropins("series", "taken") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "many", "put", 1)
            s = x.scrape()
            self.assertEqual(s.value("node_series_many_total"), 1)
            self.assertIn("metric 'node_series_many_total' conflicts with 'node_series_many_total' of collector 'series'",
                          x.stderr)
            self.assertEqual(s.value("bpf_exporter_collector_success", collector=f"{directory}/taken.bpf.o"), 0)

    def test_a_name_that_is_anothers_in_openmetrics_refuses_the_second_collector(self):
        with dropins("series", "stem") as directory, Exporter(series_flags(directory)) as x:
            self.assertIn("metric 'node_series_many' conflicts with 'node_series_many_total' of collector 'series'",
                          x.stderr)
            body = x.request("/metrics", headers={"Accept": "application/openmetrics-text"})[2].decode()
            self.assertNotIn("# TYPE node_series_many gauge", body)

    def test_a_collectors_name_that_is_taken_takes_nothing_from_who_has_it(self):
        with dropins("series") as directory:
            for name in "aaa", "zzz":
                shutil.copy(f"{directory}/series.bpf.o", f"{directory}/{name}.bpf.o")
            with Exporter(series_flags(directory)) as x:
                s = x.scrape()  # the parser refuses a series that stands twice
                states = {i.labels["collector"]: i.value for i in s.series("bpf_exporter_collector_success")}
                self.assertEqual(states, {"series": 1, f"{directory}/series.bpf.o": 0, f"{directory}/zzz.bpf.o": 0})
                self.assertEqual(x.stderr.count("another collector has the name 'series'"), 2)

    def test_a_directory_full_of_rubbish_is_told_in_few_lines(self):
        with dropins("series") as directory:
            for i in range(1000):
                with open(f"{directory}/rubbish{i}.bpf.o", "wb") as f:
                    f.write(b"nothing")
            with Exporter(series_flags(directory)) as x:
                s = x.scrape()
                self.assertEqual(s.value("bpf_exporter_collector_success", collector="series"), 1)
                self.assertEqual(s.sum("bpf_exporter_collector_success"), 1)
                self.assertLess(len(s.series("bpf_exporter_collector_success")), 30)
                self.assertLess(x.stderr.count("\n"), 30)
                self.assertRegex(x.stderr, "more files refused, not listed.*980")
            done = run(*series_flags(directory), "--check")
            self.assertEqual(done.returncode, 1)
            self.assertIn("1 of 1 enabled collectors can run on this kernel\n1000 files are refused\n", done.stdout)
            self.assertLess(done.stdout.count("\n"), 60)

    def test_one_collector_that_cannot_run_stops_no_other(self):
        with dropins("series", "absent") as directory, Exporter(series_flags(directory, "--collector.absent")) as x:
            with open(os.path.join(directory, "rubbish.bpf.o"), "wb") as f:
                f.write(b"\x7fELF nothing else")
            s = x.scrape()
            self.assertEqual(s.value("bpf_exporter_collector_success", collector="absent"), 0)
            self.assertEqual(s.value("bpf_exporter_collector_success", collector="series"), 1)
            self.assertEqual(s.value("bpf_exporter_program_attached", collector="absent"), 0)
            reason = s.series("bpf_exporter_program_info", collector="absent")[0].labels["reason"]
            self.assertIn("no_such_tracepoint", reason)
            self.assertNotIn("node_absent_events_total", s.families)
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "rubbish.bpf.o"), "wb") as f:
                f.write(b"\x7fELF nothing else")
            with Exporter([f"--collector.directory={directory}"]) as x:
                s = x.scrape()
                self.assertEqual(s.value("bpf_exporter_collector_success", collector=f"{directory}/rubbish.bpf.o"), 0)
                self.assertGreater(len(s.series("bpf_exporter_collector_success")), 5)

    def test_only_collectors_that_cannot_run_end_with_one_message(self):
        with dropins("absent") as directory:
            ended = run(*ONLY, f"--collector.directory={directory}", "--collector.absent",
                        "--web.listen-address=127.0.0.1:0")
            self.assertEqual(ended.returncode, 1)
            self.assertEqual(sum("level=error" in line for line in ended.stderr.splitlines()), 1, ended.stderr)

    def test_eight_scrapers_at_once_are_served_side_by_side(self):
        """At most 1.5 times as slow as one alone, by the median, plus what two CPUs cannot do at once: they share bodies,
        which the CPU time of the exporter tells."""
        with dropins("series") as directory, Exporter(series_flags(directory)) as x:
            fill(x.pid, "many", "put", 50000)

            def timed(took):
                start = time.monotonic()
                status, _, body = x.request("/metrics")
                self.assertEqual((status, body.count(b"node_series_many_total{")), (200, 50000))
                took.append(time.monotonic() - start)

            for _ in range(5):  # others may be busy, too
                alone, together = [], []
                began = cpu_seconds(x.pid)
                for _ in range(5):
                    timed(alone)
                cpu_alone, began = (cpu_seconds(x.pid) - began) / 5, cpu_seconds(x.pid)
                for _ in range(3):
                    threads = [threading.Thread(target=timed, args=[together]) for _ in range(8)]
                    [t.start() for t in threads]
                    [t.join() for t in threads]
                self.assertEqual(len(together), 24)
                cpu_together = (cpu_seconds(x.pid) - began) / 24
                # The reading clients share the CPUs with the exporter.
                if sorted(together)[12] < 5 * sorted(alone)[2] and cpu_together < 0.5 * cpu_alone:
                    return
            self.fail(f"alone {sorted(alone)}, together {sorted(together)}, CPU {cpu_alone} and {cpu_together}")


class Process(unittest.TestCase):
    def test_sighup_does_not_end_it(self):
        with Exporter([*ONLY, "--collector.oom"]) as x:
            os.kill(x.pid, signal.SIGHUP)
            until(lambda: "SIGHUP" in x.stderr, what="it says that it ignores SIGHUP")
            self.assertIn("bpf_exporter_build_info", x.scrape().families)

    def test_closed_standard_streams_do_not_hurt(self):
        wrapper = ["sh", "-c", 'exec "$@" <&- >&-', "sh"]
        with Exporter([*ONLY, "--collector.oom"], wrapper=wrapper) as x:
            self.assertIn("bpf_exporter_build_info", x.scrape().families)
        for flag in "--help", "--version", "--collector.list":
            full = subprocess.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", x.command[len(wrapper)], flag],
                                  stderr=subprocess.PIPE, text=True, timeout=20)
            self.assertEqual(full.returncode, 1, flag)
            self.assertIn("ENOSPC", full.stderr)

    def test_without_proc_the_figures_of_the_process_are_absent_and_no_other(self):
        """But for collectors that look into structures of the kernel: the types for that are handed over in /proc."""
        wrapper = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
        with Exporter([*ONLY, "--collector.lockup"], wrapper=wrapper) as x:
            s = x.scrape()
            self.assertEqual([name for name in s.families if name.startswith("process_")], [])
            self.assertEqual(s.value("bpf_exporter_collector_success", collector="lockup"), 1)
            until(lambda: "stat': cannot be read: -ENOENT; mount -t proc proc /proc" in x.stderr,
                  what="the reason in the log")

    def test_everything_is_detached_when_it_ends(self):
        def programs():
            listed = subprocess.run(["bpftool", "-j", "prog", "list"], capture_output=True, text=True, check=True)
            return {p["id"] for p in json.loads(listed.stdout)}

        before = programs()
        with Exporter() as x:
            ours = programs() - before
            attached = x.scrape().sum("bpf_exporter_program_attached")
            self.assertGreaterEqual(len(ours), attached)
            self.assertGreater(attached, 10)
        until(lambda: not programs() & ours, what="all programs of the exporter are gone")

    def test_a_port_in_use_is_said_with_what_to_do(self):
        with Exporter([*ONLY, "--collector.oom"]) as x:
            ended = run(*ONLY, "--collector.oom", f"--web.listen-address={x.address}", "--log.level=debug")
            self.assertEqual(ended.returncode, 1)
            self.assertIn("-EADDRINUSE", ended.stderr)
            self.assertIn("--web.listen-address", ended.stderr)
            self.assertNotIn("collector", ended.stderr.replace("--collector", ""))  # nothing was loaded for it

    def test_without_privileges_it_says_what_to_do(self):
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
        ended = run("--web.listen-address=127.0.0.1:0", wrapper=nobody)
        self.assertEqual(ended.returncode, 1)
        errors = [line for line in ended.stderr.splitlines() if "level=error" in line]
        self.assertEqual(len(errors), 1, ended.stderr)
        self.assertIn("CAP_BPF", errors[0])

    def test_without_btf_it_says_what_to_do(self):
        hidden = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/kernel/btf && exec "$@"', "sh"]
        ended = run("--web.listen-address=127.0.0.1:0", wrapper=hidden)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("BTF", ended.stderr)
        self.assertEqual(sum("level=error" in line for line in ended.stderr.splitlines()), 1, ended.stderr)


if __name__ == "__main__":
    unittest.main()
