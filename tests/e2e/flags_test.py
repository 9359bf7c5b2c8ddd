# SPDX-License-Identifier: GPL-2.0-only
"""Flags as they are typed: help that fits and is complete, mistakes with a suggestion, reports with their exit code."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from dropins import dropins
from exporter import BINARY, TOP, Exporter, run
from privilege import why_no_bpf
from workload import until

MANUAL = os.path.join(TOP, "docs/bpf_exporter.8")
NOBODY = 65534
ONE = ["--collector.disable-defaults", "--collector.softirq"]


def collectors():
    """Names of the collectors of this tree."""
    return sorted(name[: -len(".bpf.c")] for name in os.listdir(os.path.join(TOP, "bpf")) if name.endswith(".bpf.c"))


def flags_of_help():
    """Every flag that --help shows, those of collectors left out."""
    found = re.findall(r"^  --([a-z][a-z.-]*)", run("--help").stdout, re.M)
    return [flag for flag in found if not any(flag.startswith(f"collector.{name}.") for name in collectors())]


class HelpTest(unittest.TestCase):
    def test_help_fits_into_100_columns_and_names_every_collector(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)
        for name in collectors():
            self.assertRegex(done.stdout, rf"(?s)  --\[no-\]collector\.{name} .*\(default:\s+(on|off)\)")
        self.assertEqual(run("-h").stdout, done.stdout)

    def test_the_manual_has_the_flags_of_help(self):
        with open(MANUAL) as f:
            text = f.read()
        manual = re.findall(r"^\.It Fl (?:h , )?-([a-z][a-z.-]*)(?= |$)", text, re.M)
        self.assertEqual(manual, flags_of_help())

    def test_the_manual_is_clean(self):
        if not shutil.which("mandoc"):
            self.skipTest("needs mandoc")
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", MANUAL], capture_output=True, text=True)
        self.assertEqual(done.stdout, "")

    def test_version_is_that_of_node_exporter_s_form(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^bpf_exporter, version \d+\.\d+\.\d+ \(revision: \S+\)\n"
                         r"  build compiler:   \S.*\n  platform:         linux/\S+\n$")

    def test_a_report_that_cannot_be_written_fails(self):
        with open("/dev/full", "w") as full:
            self.assertEqual(subprocess.run([BINARY, "--help"], stdout=full, stderr=subprocess.DEVNULL).returncode, 1)


class MistakeTest(unittest.TestCase):
    def refused(self, *flags):
        done = run(*flags)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.count("\n"), 1)
        return done.stderr

    def test_misspelt_flags_get_a_suggestion(self):
        for typed, meant in (
            ("--web.listen-adress=:1", "--web.listen-address"),
            ("--log.levle=debug", "--log.level"),
            ("--collector.sofirq", "--collector.softirq"),
            ("--no-collector.shed", "--no-collector.sched"),
            ("--colector.softirq", "--collector.softirq"),
            ("--collector.disable-default", "--collector.disable-defaults"),
            ("--collector.syscall.tiemd=read", "--collector.syscall.timed"),
            ("--chekc", "--check"),
        ):
            with self.subTest(typed):
                self.assertIn(f"did you mean '{meant}'?", self.refused(typed))

    def test_what_is_like_nothing_is_told_where_to_look(self):
        for typed in "--xyz", "--collector.quux", "--", "--no-log.format":
            with self.subTest(typed):
                self.assertIn("flag '", self.refused(typed))

    def test_parameters_are_checked_before_anything_is_loaded(self):
        said = self.refused("--collector.syscall.timed=read,no_such_call")
        self.assertIn("no_such_call", said)
        self.refused("--collector.syscall=1")
        self.refused("--collector.syscall.timed")
        self.refused("--collector.softirq.timed=1")

    def test_only_what_there_is_can_be_preferred(self):
        for way in "tp_btf", "kprobe", "kprobe.session", "usdt", "perf_event", "iter", "fentry since_7_3":
            self.assertEqual(run(f"--attach.prefer={way}", "--help").returncode, 0)
        self.assertIn("'fprobe' is neither", self.refused("--attach.prefer=fprobe"))

    def test_a_directory_that_is_none_is_an_error_of_run_time(self):
        done = run("--collector.directory=/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent", done.stderr)


class PrivilegeTest(unittest.TestCase):
    """What needs privileges, without them."""

    def setUp(self):
        if os.geteuid():
            self.skipTest("needs root, to give it up")
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        os.chmod(self.directory.name, 0o755)
        self.binary = shutil.copy(BINARY, self.directory.name)

    def run_as_nobody(self, *flags):
        return subprocess.run([self.binary, *flags], capture_output=True, text=True, timeout=20, user=NOBODY,
                              group=NOBODY, extra_groups=[])

    def test_one_message_with_what_to_do(self):
        done = self.run_as_nobody("--web.listen-address=127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        errors = [line for line in done.stderr.splitlines() if "level=error" in line]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertRegex(errors[0], "run as root|CAP_BPF")

    def test_the_list_says_that_it_does_not_know(self):
        done = self.run_as_nobody("--collector.list")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"softirq +on +unknown")
        self.assertIn("EPERM", done.stdout)

    def test_the_check_fails(self):
        self.assertEqual(self.run_as_nobody("--check").returncode, 1)

    def test_help_needs_none(self):
        self.assertEqual(self.run_as_nobody("--help").returncode, 0)


class LoadTest(unittest.TestCase):
    def setUp(self):
        if reason := why_no_bpf():
            self.skipTest(reason)

    def drop_in(self, name):
        """A directory with an object that is none."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        with open(os.path.join(directory.name, name), "w") as f:
            f.write("not an object")
        return f"--collector.directory={directory.name}"

    def test_the_list_has_every_collector_with_its_way(self):
        done = run("--collector.list", "--collector.disable-defaults")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(re.findall(r"^([a-z]\w*) ", done.stdout, re.M), collectors())
        self.assertRegex(done.stdout, r"softirq +on +running +\S.* tp_btf/\S+.* yes")
        self.assertRegex(done.stdout, r"syscall +off +running")

    def test_the_check_of_one_collector(self):
        done = run("--check", *ONE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1 of 1 enabled collectors can run on this kernel", done.stdout)
        self.assertNotIn("sched", done.stdout)

    def test_the_check_is_as_strict_as_its_list(self):
        """absent is a drop-in that no kernel can run: its tracepoint does not exist."""
        with dropins("absent") as directory:
            flags = [*ONE, f"--collector.directory={directory}", "--collector.absent"]
            for check, status in ("--check", 0), ("--check=softirq", 0), ("--check=absent", 1), ("--check=all", 1), \
                    ("--check=softirq,absent", 1), ("--check=sched", 1), ("--check=nothing", 2), ("--check=", 2):
                with self.subTest(check):
                    done = run(check, *flags)
                    self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                    if status < 2:
                        self.assertRegex(done.stdout, r"not running: .*absent")

    def test_the_check_fails_where_a_collector_is_refused(self):
        done = run("--check", self.drop_in("bad.bpf.o"))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"bad\.bpf\.o +- +refused +\S")

    def test_no_collector_is_one_message_and_exit_1(self):
        done = run("--collector.disable-defaults", "--web.listen-address=127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("collectors: none can run", done.stderr)

    def test_a_refused_drop_in_does_not_disturb_and_is_escaped_on_the_page(self):
        flags = [*ONE, self.drop_in("<b>&'.bpf.o")]
        with Exporter(flags) as exporter:
            page = exporter.request("/")[2].decode()
            self.assertIn("&lt;b&gt;&amp;&#39;.bpf.o</strong>", page)
            exporter.scrape()

    def test_a_drop_in_that_others_can_change_is_refused_with_the_reason(self):
        """A user without privileges could put in it what the exporter then loads."""
        with dropins("series") as directory:
            link = f"{directory}/series.bpf.o"
            path = f"{directory}/copy.bpf.o"
            shutil.copyfile(link, path)
            os.unlink(link)
            flags = [*ONE, f"--collector.directory={directory}", "--check=softirq"]
            for mode, uid in (0o644, 0), (0o664, 0), (0o646, 0), (0o644, 65534):
                os.chown(path, uid, 0)
                os.chmod(path, mode)
                with self.subTest(mode=oct(mode), uid=uid):
                    done = run(*flags)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    refused = f"file '{path}': other users can change it: -EPERM" in done.stdout + done.stderr
                    self.assertEqual(refused, (mode, uid) != (0o644, 0), done.stdout + done.stderr)
            os.chmod(directory, 0o777)
            done = run(*flags)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"directory '{directory}': other users can change it: -EPERM; make root its owner and run chmod go-w",
                          done.stderr)

    def test_closed_standard_streams_hurt_nothing(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        command = [BINARY, *ONE, f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command])
        try:
            until(lambda: answers(port), 10, "it answers")
            for fd in range(3):
                self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{fd}"), "/dev/null")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(5), 0)
        finally:
            process.kill()
            process.wait()

    def test_a_log_that_nobody_reads_ends_nothing(self):
        command = [BINARY, *ONE, "--web.listen-address=127.0.0.1:0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            while "Listening on" not in process.stderr.readline():
                pass
            process.stderr.close()
            process.send_signal(signal.SIGHUP)  # logs a line into the closed pipe
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(5), 0)
        finally:
            process.kill()
            process.wait()


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=5) as response:
            return response.read() == b"OK\n"
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
