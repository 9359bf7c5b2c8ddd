# SPDX-License-Identifier: GPL-2.0-only
"""Functions and tracepoints of modules: N calls of a process are N, by fentry, by kprobe and by tp_btf."""

import contextlib
import os
import subprocess
import tempfile
import unittest

from dropins import dropins
from exporter import Exporter
from privilege import why_no_bpf

CALLS = 137
XFS_BYTES = 400 << 20  # it wants 300 MB; they stay holes


def sync(path, times):
    fd = os.open(path, os.O_CREAT | os.O_RDWR)
    for _ in range(times):
        os.fsync(fd)
    os.close(fd)
    os.unlink(path)


@contextlib.contextmanager
def xfs():
    """A mounted XFS: yields its path."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/image", "wb") as f:
            f.truncate(XFS_BYTES)
        subprocess.run(["mkfs.xfs", "-q", f.name], check=True)
        os.mkdir(f"{folder}/mounted")
        subprocess.run(["mount", "-o", "loop", f.name, f"{folder}/mounted"], check=True)
        try:
            yield f"{folder}/mounted"
        finally:
            subprocess.run(["umount", f"{folder}/mounted"], check=True)


def has_types_of(module):
    return os.path.exists(f"/sys/kernel/btf/{module}")


class Module(unittest.TestCase):
    def setUp(self):
        if why_no_bpf():
            self.skipTest(why_no_bpf())
        if not os.path.exists("/sys/module/overlay/initstate"):
            self.skipTest("overlay is no loaded module here")

    def exporter(self, directory, *flags, **how):
        return Exporter(["--collector.disable-defaults", f"--collector.directory={directory}", "--collector.module",
                         f"--collector.module.watched={os.getpid()}", *flags], **how)

    def assert_overlay_is_counted_by(self, program, *flags, **how):
        with dropins("module") as directory, self.exporter(directory, *flags, **how) as x:
            sync("/module_test", CALLS)
            s = x.scrape()
        self.assertEqual(s.value("node_module_overlay_total"), CALLS)
        self.assertEqual(s.value("bpf_exporter_program_attached", program=program), 1)

    def test_calls_of_a_modules_function_are_counted_by_fentry(self):
        if not has_types_of("overlay"):
            self.skipTest("this kernel has no types of modules")
        self.assert_overlay_is_counted_by("overlay_enters")

    def test_calls_of_a_modules_function_are_counted_by_kprobe(self):
        self.assert_overlay_is_counted_by("overlay_probed", "--attach.prefer=kprobe")

    def test_without_types_of_modules_the_kprobe_is_taken(self):
        hidden = ["unshare", "-m", "sh", "-c",
                  'cp /sys/kernel/btf/vmlinux /dev/shm/module_test && mount -t tmpfs none /sys/kernel/btf && '
                  'mv /dev/shm/module_test /sys/kernel/btf/vmlinux && exec "$@"', "sh"]
        self.assert_overlay_is_counted_by("overlay_probed", wrapper=hidden)

    def test_a_modules_tracepoint_is_counted(self):
        subprocess.run(["modprobe", "xfs"], check=True)
        if not has_types_of("xfs"):
            self.skipTest("this kernel has no types of modules")
        with xfs() as path, dropins("module") as directory, self.exporter(directory) as x:
            sync(f"{path}/file", CALLS)
            self.assertEqual(x.scrape().value("node_module_xfs_total"), CALLS)


if __name__ == "__main__":
    unittest.main()
