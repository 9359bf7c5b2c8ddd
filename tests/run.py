# SPDX-License-Identifier: GPL-2.0-only
"""Runs every test program of the tree, one after the other, and counts what each says in TAP.

usage: tests/run.py [--build DIR] [--timeout SECONDS] [PART-OF-A-NAME ...]

scripts/test builds what this runs. A test that cannot run here is skipped with the reason, never passed.
"""

import argparse
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from privilege import why_no_bpf

TESTS = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(TESTS)
RESULT = re.compile(r"(?P<bad>not )?ok \d+(?: - (?P<name>.*?))?(?: # SKIP ?(?P<skip>.*))?")
PLAN = re.compile(r"1\.\.(\d+)")


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
        command = [sys.executable, "-B", f"{TESTS}/tap.py", path]
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


class Run:
    """One program while it runs: its lines become Tests, reported as they come."""

    def __init__(self, program, report):
        self.program, self.report = program, report
        self.planned, self.seen = None, 0
        self.loose = []  # lines that belong to the next result
        self.last = None  # the result that comments still belong to
        self.since = time.monotonic()

    def execute(self, env, timeout):
        process = subprocess.Popen(
            self.program.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=env, cwd=TOP, text=True, errors="replace", start_new_session=True)
        alarm = threading.Timer(timeout, os.killpg, (process.pid, signal.SIGKILL))
        alarm.start()
        for line in process.stdout:
            self.line(line.rstrip("\n"))
        status = process.wait()
        timed_out = not alarm.is_alive()
        alarm.cancel()
        self.finish(status, f"killed after {timeout} s" if timed_out else f"ended with status {status}")

    def line(self, line):
        result = RESULT.fullmatch(line) if self.program.speaks_tap else None
        plan = PLAN.fullmatch(line) if self.program.speaks_tap else None
        if result:
            self.flush()
            self.last = self.result(result)
            if self.last.outcome != "FAIL":  # what failed waits for the comments that say why
                self.flush()
        elif plan:
            self.planned = int(plan[1])
        elif line.startswith("#") and self.last:
            self.last.output.append(line)
        else:
            self.loose.append(line)

    def result(self, match):
        now = time.monotonic()
        test = Test(match["name"] or match["skip"], "FAIL" if match["bad"] else "ok", now - self.since)
        if match["skip"] is not None:
            # cmocka gives the name where others give the reason, which a line before it tells.
            test.outcome = "skip"
            test.reason = match["skip"] if match["name"] else " ".join(self.loose[-1:])
        test.output, self.loose = self.loose, []
        self.since, self.seen = now, self.seen + 1
        return test

    def flush(self):
        if self.last:
            self.report(self.program.name, self.last)
        self.last = None

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
    parser.add_argument("parts", nargs="*", help="run only programs whose name contains one of these")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    report = Report()
    cannot = why_no_bpf()
    for program in programs(build):
        if options.parts and not any(part in program.name for part in options.parts):
            continue
        if program.needs_bpf and cannot:
            report(program.name, Test("", "skip", reason=cannot))
            continue
        Run(program, report).execute(environment(build), options.timeout * program.patience)
    print(report.totals())
    return 1 if report.counts["FAIL"] or not sum(report.counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
