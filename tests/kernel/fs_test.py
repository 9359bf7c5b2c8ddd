# SPDX-License-Identifier: GPL-2.0-only
"""The collector fs against operations on file systems of the test's own, their times against a clock around each,
and from below against a file system that was frozen for a known time."""

import fcntl
import mmap
import os
import re
import socket
import tempfile
import threading
import time
import unittest

from exporter import Exporter, delta
from filesystem import fuse, mounted, overlay
from nfs import nfs, requests
from privilege import in_guest
from truth import undisturbed, untold
from ways import attached, by_each_way
from workload import PATIENCE, crowd, until

ONLY = ["--collector.disable-defaults", "--collector.fs", "--collector.oom"]  # which runs on any kernel
METRIC, SLOW, LOST = "node_fs_operation_seconds", "node_fs_slow_operations_total", "bpf_exporter_events_lost_total"
NUMBERS = {"open": 40, "write": 30, "read": 25, "fsync": 5, "getattr": 35}
SLOW_NS = 200_000_000
FIFREEZE, FITHAW = 0xC0045877, 0xC0045878
PAGE = memoryview(mmap.mmap(-1, 4096))


class Load:
    """Operations on one file; `seconds` is the time that the caller spent in those of each kind. With O_DIRECT among
    the flags no cache answers them."""

    def __init__(self, directory, flags=0):
        self.path, self.flags = f"{directory}/file", os.O_RDWR | os.O_CREAT | flags
        self.fd = os.open(self.path, self.flags)
        self.call = {"open": self.reopen, "write": self.write, "read": self.read,
                     "fsync": lambda _: os.fsync(self.fd), "getattr": self.getattr}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def reopen(self, _):
        os.close(self.fd)
        return self.open(self.path)

    def open(self, path):
        self.fd = os.open(path, self.flags)

    def write(self, i):
        if i % 2:
            os.pwrite(self.fd, PAGE, i * 4096)
        else:
            os.pwritev(self.fd, [PAGE[:2048], PAGE[2048:]], i * 4096)

    def read(self, i):
        if i % 2:
            os.pread(self.fd, 4096, i * 4096)
        else:
            os.preadv(self.fd, [PAGE], i * 4096)

    def getattr(self, i):
        if i % 2:
            os.fstat(self.fd)
        else:
            os.stat(self.path)

    def run(self):
        self.seconds = dict.fromkeys(NUMBERS, 0)
        for op, number in NUMBERS.items():
            for i in range(number):
                started = time.monotonic()
                self.call[op](i)
                self.seconds[op] += time.monotonic() - started


def start(*flags):
    """An exporter whose collector runs; skips where the kernel has neither fentry nor kprobes."""
    exporter = Exporter([*ONLY, *flags]).start()
    if not exporter.scrape().value("bpf_exporter_collector_success", collector="fs"):
        exporter.stop()
        raise unittest.SkipTest("neither fentry nor kprobes can be had here")
    return exporter


def state(thread):
    """As /proc has it: R, S, D."""
    with open(f"/proc/self/task/{thread.native_id}/stat") as f:
        return f.read().rpartition(")")[2].split()[0]


def waits_for(thread, fd):
    """Whether it is in a system call whose first argument is that descriptor."""
    with open(f"/proc/self/task/{thread.native_id}/syscall") as f:
        return f.read().split()[1:2] == [hex(fd)]


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = start(f"--collector.fs.slow_ns={SLOW_NS}")
        cls.addClassCleanup(cls.exporter.stop)

    def around(self, run):
        """Keeps scrapes before and after run()."""
        self.before = self.exporter.scrape()
        run()
        self.after = self.exporter.scrape()

    def grown(self, fstype, metric=METRIC, **labels):
        return delta(self.before, self.after, metric, fstype=fstype, **labels)

    def counts(self, fstype, numbers=None):
        return {op: self.grown(fstype, op=op).count for op in numbers or NUMBERS}

    def expect_load(self, fstype, load, known=dict):
        """Where known() has the file system's own numbers of some operations, they are the same."""
        def measure():
            first = known()
            self.around(load.run)
            last = known()
            return self.counts(fstype), {op: last[op] - first[op] for op in first}

        wanted = NUMBERS, {op: NUMBERS[op] for op in known()}
        self.assertEqual(undisturbed(measure, wanted), wanted)
        for op in NUMBERS:
            with self.subTest(op):
                seconds = self.grown(fstype, op=op).sum
                self.assertGreater(seconds, 0)
                self.assertLess(seconds, load.seconds[op])

    def expect_type(self, fstype):
        with mounted(fstype) as directory, Load(directory) as load:
            self.expect_load(fstype, load)

    def test_ext4(self):
        self.expect_type("ext4")

    def test_xfs(self):
        self.expect_type("xfs")

    def test_btrfs(self):
        self.expect_type("btrfs")

    def test_tmpfs(self):
        self.expect_type("tmpfs")

    @unittest.skipUnless(in_guest(), "only in the machines of scripts/vm: below their root are the host's files")
    def test_virtiofs(self):
        """A file system of FUSE's family."""
        def read():
            for _ in range(50):
                os.pread(fd, 100, 0)

        def measure():
            self.around(read)
            return self.counts("virtiofs", ["read"])

        fd = os.open(__file__, os.O_RDONLY)
        self.addCleanup(os.close, fd)
        self.assertEqual(undisturbed(measure, {"read": 50}), {"read": 50})

    @unittest.skipUnless(in_guest(), "only in the machines of scripts/vm: the server is the kernel's")
    def test_nfs_and_what_its_client_sends(self):
        def sent():
            n = requests(directory)
            return {"open": n["open"] + n["open_noattr"], "write": n["write"], "read": n["read"]}

        with mounted("tmpfs") as served, nfs(served) as directory, Load(directory, os.O_DIRECT) as load:
            self.expect_load("nfs4", load, sent)

    def test_fuse_and_what_its_program_is_asked_for(self):
        def asked():
            with open(log) as f:
                opcodes = re.findall(r", opcode: (\w+)", f.read())
            return {op: opcodes.count(op.upper()) for op in ("open", "write", "read", "fsync")}

        with fuse() as (directory, log), Load(directory, os.O_DIRECT) as load:
            self.expect_load("fuse", load, asked)

    def test_overlay_and_what_it_does_below(self):
        """Overlay opens its files below in a way of its own, and asks for their attributes in several."""
        with mounted("xfs") as below, overlay(below) as directory, Load(directory) as load:
            self.expect_load("overlay", load)
            below = self.counts("xfs")
        for op in "read", "write", "fsync":
            self.assertEqual(below[op], NUMBERS[op], op)

    def test_pipes_sockets_and_devices_do_not_count(self):
        """Of 150 reads and as many writes; others may read and write files meanwhile."""
        def load():
            for _ in range(50):
                os.write(pipe[1], os.read(null, 1) or b"x")
                os.read(pipe[0], 1)
                os.write(near.fileno(), b"x")
                os.read(far.fileno(), 1)
                os.write(null, b"x")

        def measure():
            self.around(load)
            return [delta(self.before, self.after, METRIC, op=op).count < 50 for op in ("read", "write")]

        pipe, null = os.pipe(), os.open("/dev/null", os.O_RDWR)
        near, far = socket.socketpair()
        with near, far:
            self.assertEqual(undisturbed(measure, [True, True]), [True, True])
        for fd in *pipe, null:
            os.close(fd)

    def test_opening_counts_where_it_succeeds(self):
        def opens(directory):
            for i in range(20):
                os.close(os.open(f"{directory}/{i}", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
                os.close(os.open(f"{directory}/{i}", os.O_PATH))
                os.unlink(f"{directory}/{i}")
                with self.assertRaises(FileNotFoundError):
                    os.open(f"{directory}/{i}", os.O_RDONLY)

        with mounted("xfs") as directory:
            self.around(lambda: opens(directory))
        self.assertEqual(self.grown("xfs", op="open").count, 40)

    def test_one_that_must_wait_is_slow(self):
        """A frozen file system lets no one write."""
        with mounted("xfs") as directory, Load(directory) as load:
            started = time.monotonic()
            self.around(lambda: self.write_frozen(directory, load))
            seconds = time.monotonic() - started
        writes = self.grown("xfs", op="write")
        self.assertEqual(self.grown("xfs", SLOW, op="write"), 1)
        self.assertEqual(writes.count, 2)
        self.assertGreater(writes.sum, 2 * SLOW_NS / 1e9)
        self.assertLess(writes.sum, seconds)

    def write_frozen(self, directory, load):
        """The second write takes twice of what is slow, and more."""
        load.write(0)
        handle = os.open(directory, os.O_RDONLY)
        thread = threading.Thread(target=load.write, args=(1,))
        fcntl.ioctl(handle, FIFREEZE, 0)
        try:
            thread.start()
            until(lambda: state(thread) == "D", what="the writer waits")
            time.sleep(2 * SLOW_NS / 1e9)
        finally:
            fcntl.ioctl(handle, FITHAW, 0)
        thread.join()
        os.close(handle)

    def test_nothing_is_lost(self):
        """But for ends that kretprobes miss, which a test below is about."""
        with mounted("tmpfs") as directory, Load(directory) as load:
            load.run()
        after = self.exporter.scrape()
        kprobes = after.value("bpf_exporter_program_attached", collector="fs", program="kprobe_begin_vfs_read")
        for cause in ["map_full", "unreadable", *([] if kprobes else ["no_end"])]:
            self.assertEqual(after.sum(LOST, collector="fs", cause=cause), 0, cause)


class Ways(unittest.TestCase):
    def test_fentry_and_kprobes_measure_the_same(self):
        exporters = {}
        for way in "fentry", "kprobe":
            exporters[way] = start(f"--attach.prefer={way}")
            self.addCleanup(exporters[way].stop)
            program = "fentry_begin_vfs_read" if way == "fentry" else "kprobe_begin_vfs_read"
            if not exporters[way].scrape().value("bpf_exporter_program_attached", collector="fs", program=program):
                self.skipTest(f"{way} cannot be had here")

        def same():
            before = [e.scrape() for e in exporters.values()]
            load.run()
            after = [e.scrape() for e in exporters.values()]
            return {op for op, number in NUMBERS.items() if self.agree(
                *(delta(b, a, METRIC, fstype="xfs", op=op) for b, a in zip(before, after, strict=True)),
                number, load.seconds[op])}

        with mounted("xfs") as directory, Load(directory) as load:
            self.assertEqual(undisturbed(same, set(NUMBERS)), set(NUMBERS))

    @staticmethod
    def agree(one, other, number, seconds):
        """One stands within the other: what lies between is the inner one's programs, and what preempts just there,
        which is not to happen every time."""
        return (one.count == other.count == number and max(one.sum, other.sum) < seconds
                and abs(one.sum - other.sum) < (number * 0.0005 + 0.02) * PATIENCE)

    def test_operations_whose_end_a_kretprobe_misses_are_lost_and_counted(self):
        """Threads that wait in reads of a pipe keep what kretprobes the kernel has for that function."""
        exporter = start("--attach.prefer=kprobe")
        self.addCleanup(exporter.stop)
        if not exporter.scrape().value("bpf_exporter_program_attached", collector="fs", program="kprobe_begin_vfs_read"):
            self.skipTest("no kprobes here")
        pipe = os.pipe()
        threads = [threading.Thread(target=os.read, args=(pipe[0], 1)) for _ in range(64)]
        with mounted("tmpfs") as directory, Load(directory) as load:
            load.write(1)
            for thread in threads:
                thread.start()
            until(lambda: all(waits_for(thread, pipe[0]) for thread in threads), what="the readers wait")
            before = exporter.scrape()
            for _ in range(100):
                load.read(1)
            after = exporter.scrape()
        os.write(pipe[1], bytes(len(threads)))
        for thread in threads:
            thread.join()
        for fd in pipe:
            os.close(fd)
        measured = delta(before, after, METRIC, fstype="tmpfs", op="read").count
        self.assertLessEqual(measured, 100)
        # The last is lost only when the thread begins its next.
        self.assertGreaterEqual(measured + delta(before, after, LOST, collector="fs", cause="no_end"), 99)


@by_each_way
class Crowd(unittest.TestCase):
    def test_reads_and_writes_are_shown_or_told_to_be_lost(self, way):
        """Of eight tasks on one CPU that preempt each other, each with a file of its own. Between two of its calls each
        waits for longer than the load takes; no call takes that time."""
        def work():
            with Load(tempfile.mkdtemp(dir=directory)) as load:
                for i in range(200):
                    load.write(i % 8)
                    load.read(i % 8)
                    if i % 100 == 0:
                        time.sleep(2.5)

        with mounted("xfs") as directory, attached("fs", way) as exporter:
            before = exporter.scrape()
            crowd(work, tasks=8)
            after = exporter.scrape()
        shown = {op: delta(before, after, METRIC, fstype="xfs", op=op) for op in ("read", "write")}
        for op in shown:
            self.assertLessEqual(shown[op].count, 8 * 200)
            self.assertEqual(shown[op].above("2"), 0)
        number = sum(shown[op].count for op in shown)
        self.assertLessEqual(untold(before, after, "fs", number, 2 * 8 * 200), 0)
        if way == "kprobe":
            self.assertEqual(number, 2 * 8 * 200)


if __name__ == "__main__":
    unittest.main()
