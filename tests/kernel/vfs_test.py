# SPDX-License-Identifier: GPL-2.0-only
"""The collector vfs against calls made here, some of which fail. What a scrape does by itself is measured in the same
way, and subtracted."""

import contextlib
import os
import tempfile
import unittest

import iouring
from exporter import Exporter, delta
from truth import undisturbed, untold
from workload import crowd

ONLY = ["--collector.disable-defaults", "--collector.vfs", "--collector.oom"]  # which runs on any kernel
CALLS, ERRORS = "node_vfs_calls_total", "node_vfs_errors_total"
TIMES = 40
OPS = ("read", "write", "open", "create", "fsync", "mkdir", "rmdir", "unlink", "rename")
FILE_OPS = {"read", "write", "fsync"}
WAYS = {"fexit": "exit", "kretprobe.multi": "multi", "kprobe": "probe"}  # and what names of its programs begin with


def fail(call, *arguments):
    with contextlib.suppress(OSError):
        call(*arguments)


class Load:
    """Each time the same calls: `calls` and `errors` say which and how often."""

    calls = {"read": 3, "write": 3, "open": 4, "create": 1, "fsync": 2, "mkdir": 2, "rmdir": 2, "unlink": 2,
             "rename": 2}
    errors = {("read", "EISDIR"), ("write", "ENOSPC"), ("open", "ENOENT"), ("fsync", "EINVAL"), ("mkdir", "EEXIST"),
              ("rmdir", "ENOTEMPTY"), ("unlink", "ENOENT"), ("rename", "ENOENT")}

    def __init__(self, directory):
        self.directory = directory
        self.of_directory = os.open(directory, os.O_RDONLY)
        self.full = os.open("/dev/full", os.O_WRONLY)
        self.pipe = os.pipe()

    def close(self):
        for fd in (self.of_directory, self.full, *self.pipe):
            os.close(fd)

    def run(self):
        for _ in range(TIMES):
            self.paths(f"{self.directory}/a", f"{self.directory}/b")

    def paths(self, a, b):
        os.mkdir(a)
        fail(os.mkdir, a)
        fd = os.open(f"{a}/file", os.O_RDWR | os.O_CREAT)
        self.files(fd)
        os.close(fd)
        os.close(os.open(f"{a}/file", os.O_RDWR | os.O_CREAT))
        os.close(os.open(a, os.O_RDONLY))
        fail(os.open, f"{a}/none", os.O_RDONLY)
        fail(os.rmdir, a)
        os.unlink(f"{a}/file")
        fail(os.unlink, f"{a}/file")
        os.rename(a, b)
        fail(os.rename, a, b)
        os.rmdir(b)

    def files(self, fd):
        os.write(fd, b"x")
        os.pwritev(fd, [b"x", b"y"], 0)
        fail(os.write, self.full, b"x")
        os.pread(fd, 1, 0)
        os.preadv(fd, [bytearray(1), bytearray(1)], 0)
        fail(os.read, self.of_directory, 1)
        os.fsync(fd)
        fail(os.fsync, self.pipe[0])


class Vfs(unittest.TestCase):
    def grown(self, exporter, run):
        before = exporter.scrape()
        run()
        after = exporter.scrape()
        found = {op: delta(before, after, CALLS, op=op) for op in OPS}
        found.update({(op, errno): delta(before, after, ERRORS, op=op, errno=errno) for op, errno in Load.errors})
        return found

    def expect(self, exporter, wanted):
        with tempfile.TemporaryDirectory() as directory:
            load = Load(directory)
            self.addCleanup(load.close)

            def measure():
                idle = self.grown(exporter, lambda: None)
                busy = self.grown(exporter, load.run)
                return {what: busy[what] - idle[what] for what in wanted}

            self.assertEqual(undisturbed(measure, wanted), wanted)

    def start(self, way, *flags):
        exporter = Exporter([*ONLY, f"--attach.prefer={way}", *flags]).start()
        self.addCleanup(exporter.stop)
        scrape = exporter.scrape()
        if not any(s.value for s in scrape.series("bpf_exporter_program_attached", collector="vfs")
                   if s.labels["program"].startswith(f"{WAYS[way]}_vfs_read")):
            self.skipTest(f"{way} cannot be had here")
        return exporter

    def expect_all(self, way):
        wanted = {op: number * TIMES for op, number in Load.calls.items()}
        wanted.update(dict.fromkeys(Load.errors, TIMES))
        self.expect(self.start(way), wanted)

    def test_every_call_and_every_error_counts_once(self):
        self.expect_all("fexit")

    def test_every_call_and_every_error_counts_once_by_kretprobes_without_limit(self):
        self.expect_all("kretprobe.multi")

    def crowded(self, way):
        """Failed reads of eight tasks on one CPU: how many are shown, told to be skipped, and were made."""
        def work():
            for _ in range(1000):
                fail(os.read, directory, 1)

        directory = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, directory)
        exporter = self.start(way)
        before = exporter.scrape()
        crowd(work, tasks=8)
        after = exporter.scrape()
        labels = {"op": "read", "errno": "EISDIR"} if way != "kprobe" else {"op": "read"}
        shown = delta(before, after, ERRORS if way != "kprobe" else CALLS, **labels)
        return shown, untold(before, after, "vfs", shown, 8000)

    def test_a_crowds_calls_are_shown_or_told_to_be_skipped(self):
        _, lost = self.crowded("fexit")
        self.assertLessEqual(lost, 0)

    def test_of_a_crowds_calls_no_kprobe_is_skipped(self):
        for way in "kretprobe.multi", "kprobe":
            with self.subTest(way):
                self.assertGreaterEqual(self.crowded(way)[0], 8000)

    def test_a_function_that_is_inlined_takes_nothing_else_away(self):
        """As the exporter sees it: types in which the function has another name."""
        with tempfile.NamedTemporaryFile() as types, open("/sys/kernel/btf/vmlinux", "rb") as f:
            types.write(f.read().replace(b"\0vfs_readv\0", b"\0vfs_inlin\0"))
            types.flush()
            exporter = self.start("fexit", f"--btf.path={types.name}")
            attached = {s.labels["program"]: s.value
                        for s in exporter.scrape().series("bpf_exporter_program_attached", collector="vfs")}
            self.assertEqual((attached["exit_vfs_readv"], attached["exit_do_readv"], attached["exit_vfs_read"]), (0, 1, 1))
            wanted = {op: number * TIMES for op, number in Load.calls.items()}
            wanted.update(dict.fromkeys(Load.errors, TIMES))
            self.expect(exporter, wanted)

    def test_kprobes_count_the_same_but_errors_of_files(self):
        exporter = self.start("kprobe")
        wanted = {op: number * TIMES for op, number in Load.calls.items()}
        wanted.update({(op, errno): 0 if op in FILE_OPS else TIMES for op, errno in Load.errors})
        self.expect(exporter, wanted)

    def test_an_open_that_io_uring_tries_twice_counts_once(self):
        """Without waiting it cannot open what the kernel has to look up on a disk."""
        names = [f"file{i}" for i in range(20)]

        ring = iouring.Ring()
        self.addCleanup(ring.close)
        for way in "fexit", "kprobe":
            with self.subTest(way), tempfile.TemporaryDirectory() as directory:
                for name in names:
                    open(f"{directory}/{name}", "w").close()
                exporter = self.start(way)
                idle = self.grown(exporter, lambda: None)
                before = exporter.scrape()
                with open("/proc/sys/vm/drop_caches", "w") as f:
                    f.write("2")
                for name in names:
                    os.close(ring.open(f"{directory}/{name}"))
                after = exporter.scrape()
                self.assertEqual(delta(before, after, ERRORS, op="open", errno="EAGAIN"), 0)
                opens = delta(before, after, CALLS, op="open") - idle["open"]
                self.assertEqual(opens - 1, len(names))  # and drop_caches


if __name__ == "__main__":
    unittest.main()
