# SPDX-License-Identifier: GPL-2.0-only
"""The unit of deploy/ under a systemd that runs it: unit_test.py starts this in a virtual machine, as root there. It
prints TAP.

That systemd is the first process of a PID namespace, and knows no units but this one and what every unit asks for.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import unittest
import urllib.request

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "lib"))

from exporter import BINARY, TOP  # noqa: E402
from exposition import Scrape  # noqa: E402
from tap import TapResult  # noqa: E402
from workload import until  # noqa: E402

NEEDED = ("sysinit", "basic", "shutdown", "network")  # targets
UNIT, ARGUMENTS = "bpf_exporter.service", "/etc/default/bpf_exporter"
ADDRESS = "127.0.0.1:29435"  # else 9435
UNITS, GENERATORS = "/run/units", "/run/generators"
CAPABILITIES = 1 << 38 | 1 << 39  # CAP_PERFMON, CAP_BPF
DYNAMIC_USERS = range(61184, 65520)  # systemd.exec(5)
SECCOMP_MODE_FILTER = "2"
INFO = "bpf_exporter_collector_info"


class Systemd:
    """Runs until the guest ends."""

    def __init__(self):
        for folder in UNITS, GENERATORS:
            os.mkdir(folder)
        for name in NEEDED:
            shutil.copy(f"/lib/systemd/system/{name}.target", UNITS)
        shutil.copy(f"{TOP}/deploy/systemd/{UNIT}", UNITS)
        shutil.copy(BINARY, "/usr/local/bin/bpf_exporter")
        environment = {"PATH": os.environ["PATH"], "container": "vm", "SYSTEMD_UNIT_PATH": UNITS,
                       "SYSTEMD_GENERATOR_PATH": GENERATORS}
        outer = subprocess.Popen(
            ["unshare", "--fork", "--pid", "--mount-proc", "/lib/systemd/systemd", "--unit=basic.target"],
            stdin=subprocess.DEVNULL, env=environment).pid
        until(lambda: os.path.exists("/run/systemd/private"), what="systemd listens")
        with open(f"/proc/{outer}/task/{outer}/children") as f:
            self.pid = f.read().strip()

    def run(self, *command):
        """What a command says where this is the first process."""
        done = subprocess.run(["nsenter", "--target", self.pid, "--pid", "--mount", "--root", *command], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def show(self, name):
        return self.run("systemctl", "show", "--value", f"--property={name}", UNIT).strip()


class Unit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(ARGUMENTS, "w") as f:
            f.write(f'ARGS="--collector.disable-defaults --collector.softirq --web.listen-address={ADDRESS}"\n')
        cls.systemd = Systemd()

    def setUp(self):
        self.systemd.run("systemctl", "start", UNIT)
        self.scrape()

    def scrape(self, address=ADDRESS):
        def ask():
            try:
                with urllib.request.urlopen(f"http://{address}/metrics") as answer:
                    return answer.read().decode()
            except OSError:
                return None

        return Scrape(until(ask, what=f"{address} answers"))

    def process(self, file):
        return self.systemd.run("cat", f"/proc/{self.systemd.show('MainPID')}/{file}")

    def test_it_keeps_no_capability_and_is_confined(self):
        status = dict(re.findall(r"^(\w+):\s+(.*)$", self.process("status"), re.M))
        for which in "Inh", "Prm", "Eff", "Bnd", "Amb":
            # Only the bounding set, which nothing can be gained from, may keep those that the unit names.
            self.assertEqual(int(status[f"Cap{which}"], 16), CAPABILITIES if which == "Bnd" else 0, which)
        for ids in status["Uid"], status["Gid"]:
            self.assertTrue(all(int(number) in DYNAMIC_USERS for number in ids.split()), ids)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", SECCOMP_MODE_FILTER))
        self.assertRegex(self.process("mountinfo"), r"(?m)^\S+ \S+ \S+ / / ro,")

    def test_it_restarts(self):
        before = self.systemd.show("MainPID")
        self.systemd.run("systemctl", "restart", UNIT)
        self.scrape()
        self.assertNotEqual(self.systemd.show("MainPID"), before)

    def test_it_comes_back_after_a_failure(self):
        before = self.systemd.show("MainPID")
        self.systemd.run("systemctl", "kill", "--signal=KILL", UNIT)
        until(lambda: self.systemd.show("MainPID") not in ("0", before), what="another process")
        self.scrape()
        self.assertEqual(self.systemd.show("NRestarts"), "1")

    def restarts_until_it_gives_up(self, arguments):
        """How often it is to start again, where it fails at once each time. The last one is refused."""
        with open(ARGUMENTS) as f:
            before = f.read()
        self.addCleanup(self.begin_with, before)
        self.begin_with(arguments)
        self.systemd.run("systemctl", "start", "--no-block", UNIT)
        until(lambda: self.systemd.show("ActiveState") == "failed", what="it gives up")
        return int(self.systemd.show("NRestarts"))

    def begin_with(self, arguments):
        self.systemd.run("systemctl", "stop", UNIT)
        with open(ARGUMENTS, "w") as f:
            f.write(arguments)
        self.systemd.run("systemctl", "reset-failed")

    def test_a_wrong_command_line_is_tried_once(self):
        self.assertEqual(self.restarts_until_it_gives_up('ARGS="--no-such-flag"\n'), 0)

    def test_an_address_in_use_is_tried_five_times(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            flag = f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}"
            self.assertEqual(self.restarts_until_it_gives_up(f'ARGS="{flag}"\n'), 5)

    def test_it_stops_in_good_order(self):
        self.systemd.run("systemctl", "stop", UNIT)
        for name, value in ("ActiveState", "inactive"), ("Result", "success"), ("ExecMainStatus", "0"):
            self.assertEqual(self.systemd.show(name), value, name)

    def test_systemd_judges_its_exposure_as_low(self):
        judged = self.systemd.run("systemd-analyze", "security", "--no-pager", UNIT)
        self.assertLessEqual(float(re.search(r"Overall exposure level.*: (\S+)", judged)[1]), 2.5)

    def test_without_flags_all_collectors_run_that_are_on_by_default(self):
        os.unlink(ARGUMENTS)
        self.systemd.run("systemctl", "restart", UNIT)
        scrape = self.scrape("127.0.0.1:9435")
        self.assertGreater(scrape.sum(INFO, state="running"), 1)
        self.assertEqual(scrape.sum(INFO, state="unavailable"), 0)


def main():
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Unit).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
