# SPDX-License-Identifier: GPL-2.0-only
"""What the exporter gives up once everything is attached, and that it serves all the same."""

import glob
import os
import pwd
import re
import signal
import tempfile
import unittest

from exporter import TOP, Exporter, run
from workload import until

PARTS = {"user", "capabilities", "no_new_privs", "seccomp", "landlock"}
FORMATS = ("text/plain", "application/openmetrics-text;version=1.0.0",
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")


def statuses(pid):
    """/proc/PID/status of every thread, as dictionaries."""
    for path in glob.glob(f"/proc/{pid}/task/*/status"):
        with open(path) as f:
            yield dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


class Sandbox(unittest.TestCase):
    def setUp(self):
        if os.geteuid():
            self.skipTest("needs root, who has something to give up")

    def holds(self, exporter):
        return {s.labels["bpf_exporter_sandbox"]: s.value for s in exporter.scrape().series("bpf_exporter_sandbox")}

    def test_no_thread_keeps_a_privilege(self):
        nobody = str(pwd.getpwnam("nobody").pw_uid)
        with Exporter() as exporter:
            exporter.scrape()
            threads = list(statuses(exporter.pid))
            self.assertGreater(len(threads), 3)
            for thread in threads:
                with self.subTest(thread["Name"], tid=thread["Pid"]):
                    self.assertEqual(set(thread["Uid"].split()), {nobody})
                    self.assertEqual({int(thread[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", "CapBnd")}, {0})
                    self.assertEqual((thread["NoNewPrivs"], thread["Seccomp"], thread["Groups"].split()), ("1", "2", []))
            holds = self.holds(exporter)
        self.assertEqual(set(holds), PARTS)
        self.assertEqual({k for k, v in holds.items() if not v} - {"landlock"}, set())

    def test_without_it_the_same_metrics_are_served(self):
        def names(*flags):
            with Exporter(flags) as exporter:
                bodies = [exporter.request("/metrics", headers={"Accept": accept})[2] for accept in FORMATS]
                self.assertTrue(all(bodies))
                return set(exporter.scrape().families)

        with_it, without = names("--collector.syscall"), names("--collector.syscall", "--no-sandbox")
        rare = {name for name in with_it ^ without  # of an event that came, or was lost
                if name == "bpf_exporter_events_lost_total" or not name.startswith(("bpf_", "process_"))}
        self.assertEqual(with_it - rare, without - rare)
        self.assertLess(len(rare), 8)

    def test_no_sandbox_keeps_all_and_says_so(self):
        with Exporter(["--no-sandbox"]) as exporter:
            self.assertEqual(set(self.holds(exporter).values()), {0})
            self.assertEqual({thread["Uid"].split()[0] for thread in statuses(exporter.pid)}, {"0"})

    def test_another_user_can_be_named_and_must_exist(self):
        daemon = pwd.getpwnam("daemon").pw_uid
        with Exporter(["--user=daemon"]) as exporter:
            self.assertEqual({int(thread["Uid"].split()[0]) for thread in statuses(exporter.pid)}, {daemon})
        refused = run("--user=nosuchuser", "--web.listen-address=127.0.0.1:0")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("user 'nosuchuser': does not exist: -ENOENT; see --user", refused.stderr)

    def test_a_configuration_that_is_replaced_is_read_from_its_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            config = os.path.join(folder, "web.yml")
            self.write(config, "basic_auth_users: {}\n")
            with Exporter([f"--web.config.file={config}"]) as exporter:
                self.write(config + ".new", "http_server_config:\n  headers:\n    X-Frame-Options: deny\n")
                os.rename(config + ".new", config)
                os.kill(exporter.pid, signal.SIGHUP)
                until(lambda: exporter.request("/")[1].get("X-Frame-Options") == "deny", what="the new file holds")

    def test_the_end_is_clean(self):
        exporter = Exporter().start()
        exporter.stop()
        self.assertEqual(exporter.status, 0)

    def test_the_documented_system_calls_are_those_of_the_filter(self):
        with open(f"{TOP}/userspace/app/seccomp_filter.c") as f:
            rows = re.findall(r'CALL\((\w+), "([^"]+)"\)', f.read())
        with open(f"{TOP}/docs/security.md") as f:
            documented = re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", f.read(), re.MULTILINE)
        self.assertEqual(documented, rows)

    def test_calls_that_not_every_architecture_has_are_set_apart(self):
        with open(f"{TOP}/userspace/app/seccomp_filter.c") as f:
            everywhere = re.sub(r"#ifdef __x86_64__.*?#endif", "", f.read().partition("calls[] = {")[2], flags=re.DOTALL)
        with open("/usr/include/asm-generic/unistd.h") as f:  # what architectures since arm64 have
            meanings = re.findall(r"^#define __(NR\w*?)_(\w+)\s+(?:__NR3264_(\w+)|\d+)", f.read(), re.MULTILINE)
        numbered = {name for kind, name, other in meanings if kind == "NR3264" and not other}
        generic = {name for kind, name, other in meanings if kind == "NR" and (not other or other in numbered)}
        self.assertEqual(set(re.findall(r'CALL\((\w+), "', everywhere)) - generic, set())

    def write(self, path, text):
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o644)


if __name__ == "__main__":
    unittest.main()
