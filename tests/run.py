# SPDX-License-Identifier: GPL-2.0-only
"""Runs every test program of the tree, one after the other, and counts what each says in TAP.

usage: tests/run.py [--build DIR] [--timeout SECONDS] [PART-OF-A-NAME ...]

scripts/test builds what this runs. A test that cannot run here is skipped with the reason, never passed.
"""

import argparse
import contextlib
import ctypes
import glob
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

TESTS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(TESTS, "lib"))

from privilege import why_no_bpf  # noqa: E402

TOP = os.path.dirname(TESTS)
RESULT = re.compile(r"(?P<bad>not )?ok \d+(?: - (?P<name>.*?))?(?: # SKIP ?(?P<skip>.*))?")
PLAN = re.compile(r"1\.\.(\d+)")
ENDING_SECONDS = 15  # that a program may take to clean up when it is interrupted
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Program:
    name: str
    command: list
    needs_bpf: bool = False
    speaks_tap: bool = True
    patience: int = 1  # times the time-out of a program


@dataclass
class Test:
    """One result, with the output that belongs to it."""

    name: str
    outcome: str  # "ok", "FAIL" or "skip"
    seconds: float = 0
    reason: str = ""
    output: list = field(default_factory=list)


def programs(build):
    """Every test program there is: cheap ones first."""
    found = [Program("unit/" + name, [path]) for name, path in compiled(f"{build}/unit")]
    found += [Program("kernel/" + name, [path], needs_bpf=True) for name, path in compiled(f"{build}/kernel")]
    for path in sorted(path for room in ("kernel", "e2e", "vm") for path in glob.glob(f"{TESTS}/{room}/*_test.py")):
        name = os.path.relpath(path, TESTS)[: -len(".py")]
        command = [sys.executable, "-B", f"{TESTS}/lib/tap.py", path]
        found.append(Program(name, command, needs_bpf=name.startswith("kernel/"),
                             patience=4 if name.startswith("vm/") else 1))
    make = ["make", "--no-print-directory", "-j2", "-C", TOP, f"BUILD={build}", "-k", "check"]
    return found + [Program("check", make, speaks_tap=False, patience=4)]


def compiled(folder):
    return [(os.path.basename(path), path) for path in sorted(glob.glob(f"{folder}/*_test"))]


def environment(build):
    return {
        **os.environ,
        "BUILD": build,
        "BPF_EXPORTER": f"{build}/bpf_exporter",
        "CMOCKA_MESSAGE_OUTPUT": "TAP",
        "LC_ALL": "C.UTF-8",
    }


class Output:
    """The lines of a process as they come, until it closes its end or its time is up."""

    def __init__(self, process, timeout, patience, silent):
        self.process, self.patience, self.silent = process, patience, silent
        self.deadline = time.monotonic() + timeout
        self.timed_out = False

    def __iter__(self):
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while data := self._read(selector):
                *lines, rest = (rest + data).split(b"\n")
                yield from (line.decode(errors="replace") for line in lines)
        if rest:
            yield rest.decode(errors="replace")

    def _read(self, selector):
        while (left := self.deadline - time.monotonic()) > 0:
            if selector.select(min(left, self.patience)):
                return os.read(self.process.stdout.fileno(), 65536)
            self.silent()
        self.timed_out = True
        return b""


def descendants(pid):
    """Of a process, in whatever session or group they are."""
    children = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path, errors="replace") as f:
            head, _, tail = f.read().rpartition(") ")
            children.setdefault(int(tail.split()[1]), []).append(int(head.split()[0]))
    found = list(children.get(pid, ()))
    for child in found:  # grows while it is walked
        found += children.get(child, ())
    return found


def kill_descendants():
    """All that a program started: what its parent left behind became a child of this process."""
    while left := descendants(os.getpid()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


class Run:
    """One program while it runs: its lines become Tests, reported as they come."""

    def __init__(self, program, report):
        self.program, self.report = program, report
        self.planned, self.seen = None, 0
        self.loose = []  # lines that belong to the next result
        self.last = None  # the result that comments still belong to
        self.detailed = False  # within the block in which TAP 14 tells more of it
        self.begun = self.since = time.monotonic()

    def execute(self, env, timeout, progress):
        process = subprocess.Popen(
            self.program.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=env, cwd=TOP, start_new_session=True)
        output = Output(process, timeout, progress, self.silent)
        try:
            for line in output:
                self.line(line)
        except KeyboardInterrupt:
            self.interrupt(process)
            raise
        if output.timed_out:
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        kill_descendants()
        self.finish(status, f"killed after {timeout} s" if output.timed_out else f"ended with status {status}")

    def interrupt(self, process):
        """Let it clean up, then end whatever is left."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        kill_descendants()
        self.flush()
        print(f"stop {self.program.name}", flush=True)

    def silent(self):
        last = (self.loose or [""])[-1].strip()
        print(f"...  {self.program.name}: {time.monotonic() - self.begun:.0f} s{last and ': ' + last}", flush=True)

    def line(self, line):
        result = RESULT.fullmatch(line) if self.program.speaks_tap else None
        plan = PLAN.fullmatch(line) if self.program.speaks_tap else None
        if self.detailed:
            self.detailed = line != "  ..."
            self.last.output += [line] if self.detailed else []
        elif result:
            self.flush()
            self.last = self.result(result)
            if self.last.outcome != "FAIL":  # what failed waits for the comments that say why
                self.flush()
        elif plan:
            self.planned = int(plan[1])
        elif line == "  ---" and self.last:
            self.detailed = True
        elif line.startswith("#") and self.last:
            self.last.output.append(line)
        else:
            self.loose.append(line)

    def result(self, match):
        now = time.monotonic()
        test = Test(match["name"] or match["skip"], "FAIL" if match["bad"] else "ok", now - self.since)
        if match["skip"] is not None:
            # cmocka gives the name where others give the reason, or none: a line before tells it.
            test.outcome = "skip"
            test.reason = match["name"] and match["skip"] or " ".join(self.loose[-1:])
        test.output, self.loose = self.loose, []
        self.since, self.seen = now, self.seen + 1
        return test

    def flush(self):
        test, self.last = self.last, None  # once, wherever an interrupt comes
        if test:
            self.report(self.program.name, test)

    def finish(self, status, how):
        self.flush()
        blamed = self.program.name in self.report.failed_programs
        if not self.program.speaks_tap:
            outcome = "FAIL" if status else "ok"
            self.last = Test("", outcome, time.monotonic() - self.since, output=self.loose + [how])
        elif self.planned != self.seen or (status and not blamed):
            how += f", {self.seen} of {self.planned} results"
            self.last = Test("(the program itself)", "FAIL", output=self.loose + [how])
        self.flush()


class Report:
    """Prints one line a test and keeps the counts."""

    def __init__(self):
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.failed_programs = set()

    def __call__(self, program, test):
        self.counts[test.outcome] += 1
        title = f"{program}: {test.name}" if test.name else program
        note = f" ({test.reason or 'no reason given'})" if test.outcome == "skip" else ""
        print(f"{test.outcome:4} {title}{note} [{test.seconds:.2f} s]", flush=True)
        if test.outcome == "FAIL":
            self.failed_programs.add(program)
            for line in test.output:
                print("    |", line)

    def totals(self):
        return "{ok} passed, {FAIL} failed, {skip} skipped".format(**self.counts)


def main():
    parser = argparse.ArgumentParser(description="Run the tests that `scripts/test` has built.")
    parser.add_argument("--build", default=os.path.join(TOP, "build"), help="build directory")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one test program")
    parser.add_argument("--progress", type=float, default=20, help="seconds of silence after which a line says what runs")
    parser.add_argument("parts", nargs="*", help="run only programs whose name contains one of these")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    report = Report()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs in the background may have it ignored
    try:
        run_all(programs(build), options, environment(build), report)
    except KeyboardInterrupt:
        print(report.totals() + ", interrupted")
        return 130
    print(report.totals())
    return 1 if report.counts["FAIL"] or not sum(report.counts.values()) else 0


def run_all(all_programs, options, env, report):
    cannot = why_no_bpf()
    for program in all_programs:
        if options.parts and not any(part in program.name for part in options.parts):
            continue
        if program.needs_bpf and cannot:
            report(program.name, Test("", "skip", reason=cannot))
            continue
        Run(program, report).execute(env, options.timeout * program.patience, options.progress)


if __name__ == "__main__":
    sys.exit(main())
