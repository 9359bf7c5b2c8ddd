# SPDX-License-Identifier: GPL-2.0-only
"""What must not be changed on a machine that others use: badkernel_test.py runs this in a virtual one, as root there.

usage: settings.py sysctls | lockdown | memlock   (each prints TAP)
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "lib"))

from exporter import run  # noqa: E402
from tap import TapResult  # noqa: E402

FEW = ["--collector.disable-defaults", "--collector.softirq", "--collector.fsync"]
LOCKDOWN = "/sys/kernel/security/lockdown"
TWO = "-all,+bpf,+perfmon"
CAPABLE = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={TWO}", f"--ambient-caps={TWO}",
           f"--bounding-set={TWO}"]
UNIT = ["prlimit", "--memlock=unlimited:unlimited", *CAPABLE]  # as deploy/systemd/bpf_exporter.service
UNLOCK = "kernel lockdown in confidentiality mode forbids it: boot with lockdown=integrity or none"


def states(done):
    """Of each enabled collector, in the table of --check."""
    return dict(re.findall(r"^(\w+) +(?:on|off) +(\w+)", done.stdout, re.M))


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def sysctl(name, value):
    write("/proc/sys/" + name.replace(".", "/"), f"{value}\n")


class Case(unittest.TestCase):
    def check(self, *flags, wrapper=()):
        return run("--check=all", *FEW, *flags, wrapper=wrapper)

    def all_run(self, *flags, wrapper=()):
        done = self.check(*flags, wrapper=wrapper)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class Sysctls(Case):
    def test_kptr_restrict_disturbs_nothing(self):
        for value in 1, 2:
            with self.subTest(value):
                sysctl("kernel.kptr_restrict", value)
                self.all_run("--attach.prefer=kprobe")

    def test_perf_event_paranoid_stands_only_before_kprobes_without_sys_admin(self):
        for value, way in (2, "kprobe"), (3, "fentry"):
            with self.subTest(value):
                sysctl("kernel.perf_event_paranoid", value)
                self.assertRegex(self.all_run("--attach.prefer=kprobe"), r"sync: kprobe .* yes")
                shown = self.all_run("--attach.prefer=kprobe", wrapper=UNIT)
                self.assertEqual(re.findall(r"sync: (\w+) .* yes", shown), [way])
                self.assertEqual("-EACCES; set the sysctl kernel.perf_event_paranoid to 2, or run as root or with "
                                 "CAP_SYS_ADMIN" in shown, value == 3)

    def test_the_jit_may_be_off_or_hardened(self):
        for name, value in (("bpf_jit_harden", 2), ("bpf_jit_enable", 0)):
            with self.subTest(f"{name}={value}"):
                sysctl(f"net.core.{name}", value)
                self.all_run()
        sysctl("net.core.bpf_jit_enable", 1)

    def test_unprivileged_bpf_disabled_makes_no_difference(self):
        for value in 0, 1:  # Debian begins with 2; 1 stays until the next boot
            with self.subTest(value):
                sysctl("kernel.unprivileged_bpf_disabled", value)
                self.all_run(wrapper=UNIT)
                bare = self.check(wrapper=[word.replace(",+bpf,+perfmon", "") for word in UNIT])
                self.assertEqual(bare.returncode, 1)
                self.assertIn("-EPERM; run as root or with CAP_BPF and CAP_PERFMON", bare.stderr)

    def test_all_collectors_run_by_a_file_of_types_and_with_the_capabilities_of_the_unit(self):
        own, other = "/tmp/own.btf", os.environ["OTHER_KERNEL_S_TYPES"]
        shutil.copyfile("/sys/kernel/btf/vmlinux", own)
        hidden = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/kernel/btf && exec "$@"', "sh"]
        normal = states(run("--check"))
        self.assertIn("running", normal.values())
        self.assertEqual(states(run("--check", f"--btf.path={own}", wrapper=hidden)), normal)
        self.assertEqual(states(run("--check", wrapper=UNIT)), normal)
        refused = self.check(f"--btf.path={other}", wrapper=hidden)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"made for another kernel: -EINVAL; use the file of release {os.uname().release}",
                      refused.stderr)


class Lockdown(Case):
    """With lockdown=confidentiality, or integrity and then more by securityfs."""

    def setUp(self):
        if not os.path.exists(LOCKDOWN):
            subprocess.run(["mount", "-t", "securityfs", "none", "/sys/kernel/security"], check=True)

    def test_each_mode_lets_run_what_can(self):
        with open(LOCKDOWN) as f:
            begun = re.search(r"\[(\w+)\]", f.read())[1]
        if begun == "integrity":
            self.all_run("--collector.tcp")
            write(LOCKDOWN, "confidentiality")
        done = self.check("--collector.tcp", "--attach.prefer=kprobe")
        self.assertEqual(done.returncode, 1)
        for name, state in (("softirq", "running"), ("fsync", "running"), ("tcp", "unavailable")):
            self.assertRegex(done.stdout, rf"{name} +on +{state}")
        self.assertRegex(done.stdout, rf"(unknown func|cannot use helper) bpf_probe_read\S*: -EINVAL; {UNLOCK}")
        self.assertRegex(done.stdout, rf"sync: kprobe .* cannot +k(?:ret)?probe .*-EPERM; {UNLOCK}")
        self.assertRegex(done.stdout, r"sync: fentry .* yes")


class Memlock(Case):
    """Before Linux 5.11."""

    def test_locked_memory_is_raised_or_asked_for(self):
        little = ["prlimit", "--memlock=16384:16384"]
        self.all_run(wrapper=little)
        done = self.check(wrapper=[*little, *CAPABLE])
        self.assertEqual(done.returncode, 1)
        self.assertIn("-EPERM; raise RLIMIT_MEMLOCK (ulimit -l unlimited), or run with CAP_SYS_RESOURCE", done.stderr)


CASES = {"sysctls": Sysctls, "lockdown": Lockdown, "memlock": Memlock}


def main(*names):
    result = TapResult()
    for name in names:
        unittest.defaultTestLoader.loadTestsFromTestCase(CASES[name]).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
