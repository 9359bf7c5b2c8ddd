# SPDX-License-Identifier: GPL-2.0-only
"""A kernel, or a place on it, that withholds something: what can run runs, what cannot is absent and says once what is
missing and what to do. What needs another kernel or its settings is in tests/vm/."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import kernelbtf
from exporter import BINARY, TOP, Exporter, run
from privilege import why_no_bpf

ONE = ["--collector.disable-defaults", "--collector.softirq"]
NOBODY = "65534"
UNIT = os.path.join(TOP, "deploy/systemd/bpf_exporter.service")
SECCOMP = os.path.join(TOP, "tests/lib/seccomp.py")
CAPABILITIES = ("bpf", "perfmon", "sys_admin", "sys_resource", "net_admin", "sys_ptrace", "syslog", "dac_read_search",
                "dac_override")
LOAD = "run as root or with CAP_BPF and CAP_PERFMON"


def states(done):
    """Of each enabled collector, in the table of --check."""
    return dict(re.findall(r"^(\w+) +(?:on|off) +(\w+)", done.stdout, re.M))


def without(*capabilities):
    """Root that lacks some capabilities."""
    names = ",".join(f"-{name}" for name in capabilities)
    return ["setpriv", f"--bounding-set={names}", f"--inh-caps={names}"]


def only(*capabilities, user=()):
    names = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    ambient = [f"--ambient-caps={names}"] if user else []
    return ["setpriv", *user, f"--inh-caps={names}", *ambient, f"--bounding-set={names}"]


def as_nobody(*capabilities):
    return only(*capabilities, user=(f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"))


def in_place(script, *unshare):
    """Run a script in a mount namespace of its own, then the exporter there."""
    return ["unshare", "--mount", *unshare, "sh", "-euc", f'{script}\nexec "$@"', "sh"]


def hide(path):
    return in_place(f"mount -t tmpfs none {path}")


class BadKernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if reason := why_no_bpf():
            raise unittest.SkipTest(reason)
        cls.normal = states(run("--check"))

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        os.chmod(self.folder, 0o755)
        self.binary = shutil.copy(BINARY, self.folder)  # where everybody may run it

    def check(self, *flags, wrapper=()):
        return subprocess.run([*wrapper, self.binary, "--check=all", *flags], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    def runs_as_ever(self, *flags, wrapper):
        done = self.check(*flags, wrapper=wrapper)
        self.assertEqual(states(done), self.normal, done.stderr)
        return done

    def refused(self, *flags, wrapper):
        """One line of error with what to do, and exit 1: the line. The list has the same reason."""
        done = self.check(*flags, wrapper=wrapper)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        self.assertIn("level=error", done.stderr)
        listed = subprocess.run([*wrapper, self.binary, "--collector.list", *flags], capture_output=True, text=True)
        reason = re.search(r"What runs on this kernel is unknown: (.*)", listed.stdout)[1]
        self.assertEqual(listed.returncode, 0)
        self.assertNotIn("running", listed.stdout)
        self.assertIn(reason.replace('"', '\\"'), done.stderr)
        return done.stderr


class PrivilegeTest(BadKernelTest):
    def test_no_single_capability_of_root_is_needed(self):
        for capability in CAPABILITIES:
            with self.subTest(capability):
                self.runs_as_ever(wrapper=without(capability))

    def test_what_is_missing_is_named(self):
        for given, said in (
            ([], f"-EPERM; {LOAD}"),
            (["perfmon"], f"CAP_BPF is missing: {LOAD}"),
            (["bpf"], f"CAP_PERFMON is missing: {LOAD}"),
        ):
            with self.subTest(given):
                self.assertIn(said, self.refused(wrapper=only(*given)))

    def test_anybody_with_two_capabilities_runs_all_collectors(self):
        self.runs_as_ever(wrapper=as_nobody("bpf", "perfmon"))

    def test_capabilities_of_a_user_namespace_do_not_count(self):
        said = self.refused(wrapper=["unshare", "--user", "--map-root-user"])
        self.assertIn("run it in the host's user namespace", said)

    def test_a_seccomp_filter_is_named(self):
        for name in "EPERM", "ENOSYS":
            with self.subTest(name):
                said = self.refused(wrapper=[sys.executable, "-B", SECCOMP, name])
                self.assertIn(f"bpf(): refused: -{name}; a seccomp filter may forbid it", said)

    def test_little_locked_memory_is_enough_since_linux_5_11(self):
        """Where the kernel still counts it, tests/vm/badkernel_test.py reads the message."""
        self.runs_as_ever(wrapper=["prlimit", "--memlock=4096:4096", *without("sys_resource")])


class UnitTest(BadKernelTest):
    """deploy/systemd/bpf_exporter.service grants enough, and no more."""

    def setUp(self):
        super().setUp()
        with open(UNIT) as f:
            self.unit = f.read()

    def setting(self, name):
        return re.search(rf"^{name}=(.*)$", self.unit, re.M)[1].split()

    def test_its_capabilities_are_those_that_all_collectors_need(self):
        granted = [name.lower().removeprefix("cap_") for name in self.setting("CapabilityBoundingSet")]
        self.assertEqual(self.setting("AmbientCapabilities"), self.setting("CapabilityBoundingSet"))
        self.runs_as_ever(wrapper=as_nobody(*granted))
        for one in granted:
            self.refused(wrapper=as_nobody(*(name for name in granted if name != one)))

    def test_its_view_of_files_is_enough(self):
        """ProtectSystem, ProtectKernelTunables, PrivateTmp and ProtectHome as mounts."""
        script = ("mount -o remount,bind,ro /proc || mount -o bind,ro /proc /proc; mount -o bind,ro /sys /sys\n"
                  "mount --bind /dev/null /proc/kallsyms; mount -t tmpfs none /home; mount -t tmpfs none /root")
        self.runs_as_ever(wrapper=[*in_place(script), *as_nobody("bpf", "perfmon")])

    def test_its_filter_lets_all_system_calls_of_a_run_pass(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("needs systemd-analyze")
        shown = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True,
                               check=True).stdout
        sets = {block.split("\n")[0]: block.split()[1:] for block in re.split(r"\n(?=@)", shown)}
        allowed, todo = {"execve"}, self.setting("SystemCallFilter")
        while todo:
            name = todo.pop()
            allowed.add(name)
            todo += sets.get(name, []) if name.startswith("@") else []
        trace = os.path.join(self.folder, "trace")
        with Exporter(wrapper=["strace", "-f", "-D", "-o", trace]) as exporter:
            exporter.scrape()
        with open(trace) as f:
            used = set(re.findall(r"^\d+ +(\w+)\(", f.read(), re.M))
        self.assertIn("bpf", used)
        self.assertLessEqual(used, allowed)

    def test_systemd_finds_nothing_wrong_with_it(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("needs systemd-analyze")
        path = os.path.join(self.folder, "bpf_exporter.service")
        with open(path, "w") as f:
            f.write(self.unit.replace("/usr/local/bin/bpf_exporter", self.binary))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
        ours = [line for line in verified.stderr.splitlines() if "bpf_exporter" in line]  # it reads the others', too
        self.assertEqual((verified.returncode, ours), (0, []))
        judged = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", path],
                                capture_output=True, text=True)
        self.assertEqual(judged.returncode, 0, judged.stdout)


class TypesTest(BadKernelTest):
    """The kernel's own types are hidden."""

    hidden = hide("/sys/kernel/btf")

    def test_without_types_it_says_where_to_get_them(self):
        said = self.refused(wrapper=self.hidden)
        for word in ("/sys/kernel/btf/vmlinux", "-ENOENT", "CONFIG_DEBUG_INFO_BTF=y", "BTFHub", "--btf.path=FILE"):
            self.assertIn(word, said)

    def test_without_types_it_does_not_start(self):
        """Nor where the file of them is missing, too: it ends with what --check says."""
        for flags in [], [f"--btf.path={self.folder}/no-such-file"]:
            with self.subTest(flags):
                said = self.refused(*flags, wrapper=self.hidden)
                started = subprocess.run([*self.hidden, self.binary, "--web.listen-address=127.0.0.1:0", *flags],
                                         capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
                self.assertEqual((started.returncode, started.stdout), (1, ""))
                self.assertEqual(*(text.partition("level=error")[2] for text in (started.stderr, said)))

    def test_a_file_with_them_lets_all_collectors_run(self):
        path = kernelbtf.files(self.folder)["this kernel's"]
        self.runs_as_ever(f"--btf.path={path}", wrapper=self.hidden)
        with Exporter([f"--btf.path={path}"], wrapper=self.hidden) as exporter:
            scrape = exporter.scrape()
        self.assertTrue(scrape.value("bpf_exporter_collector_success", collector="tcp"))

    def test_each_file_is_taken_or_refused_for_what_it_is(self):
        files = kernelbtf.files(self.folder)
        reasons = {
            "nothing": "neither BTF nor an ELF file",
            "text": "neither BTF nor an ELF file",
            "cut off": "its sections lie outside",
            "damaged": "BTF type 1: of an unknown kind",
            "other byte order": "in this machine's byte order",
            "another kernel's": "made for another kernel: -EINVAL; use the file of release " + os.uname().release,
            "another kernel's ELF": "its build id is that of another kernel",
            "ELF without types": "has no section .BTF: -ENODATA; pahole -J adds it",
            "a directory": "cannot be read: -EINVAL",
            "missing": "cannot be read: -ENOENT",
        }
        self.assertEqual({what for what in files if not what.startswith("this kernel")}, set(reasons))
        for what, path in files.items():
            with self.subTest(what):
                flags = [*ONE, f"--btf.path={path}"]
                if what in reasons:
                    said = self.refused(*flags, wrapper=self.hidden)
                    self.assertIn(f"kernel types '{path}': ", said)
                    self.assertIn(reasons[what], said)
                else:
                    self.assertEqual(self.check(*flags, wrapper=self.hidden).returncode, 0)


class PlaceTest(BadKernelTest):
    """Mounts that are missing, and containers."""

    def test_tracefs_is_asked_for_only_where_it_is_needed(self):
        hidden = in_place("for d in /sys/kernel/debug /sys/kernel/tracing; do mount -t tmpfs none $d; done")
        mounted = in_place("mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing")
        self.runs_as_ever(wrapper=hidden)
        shutil.copy(os.path.join(os.path.dirname(BINARY), "kernel/objects/event.bpf.o"), self.folder)
        flags = [*ONE, f"--collector.directory={self.folder}", "--collector.event"]
        for wrapper, said in (
            (hidden, "tracefs: -ENOENT; mount -t tracefs tracefs /sys/kernel/tracing"),
            ([*mounted, *as_nobody("bpf", "perfmon")], "tracefs: -EACCES; run as root or with CAP_DAC_READ_SEARCH"),
        ):
            with self.subTest(said):
                done = self.check(*flags, wrapper=wrapper)
                self.assertEqual(states(done), {"softirq": "running", "event": "unavailable"})
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.count(said), 1)
                self.assertIn(said, done.stdout)
        for wrapper in (), as_nobody("bpf", "perfmon", "dac_read_search"):
            self.assertEqual(self.check(*flags, wrapper=[*mounted, *wrapper]).returncode, 0)

    def test_without_sysfs_it_says_so(self):
        self.assertIn("-ENOENT; mount -t sysfs sysfs /sys", self.refused(wrapper=hide("/sys")))

    def test_no_bpffs_is_needed(self):
        self.runs_as_ever(wrapper=hide("/sys/fs/bpf"))

    def test_a_container_with_the_host_s_kernel_runs_all_collectors(self):
        script = ("mount -t proc proc /proc; mount -o remount,ro /proc; mount -o bind,ro /sys /sys\n"
                  "mount --bind /dev/null /proc/kallsyms")
        namespaces = ["--pid", "--fork", "--kill-child", "--net", "--cgroup", "--ipc", "--uts"]
        self.runs_as_ever(wrapper=in_place(script, *namespaces))

    def test_a_kernel_without_kprobes_is_told_as_such(self):
        if os.path.exists("/sys/bus/event_source/devices/kprobe"):
            self.skipTest("needs a kernel without kprobes")
        done = self.check("--attach.prefer=kprobe")
        self.assertEqual(states(done), self.normal)
        self.assertRegex(done.stdout, r"kprobe/\S+ .* cannot +this kernel has no kprobes")


if __name__ == "__main__":
    unittest.main()
