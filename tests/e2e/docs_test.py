# SPDX-License-Identifier: GPL-2.0-only
"""The documents tell the truth: examples are files that build and count, tables are up to date, links lead somewhere."""

import glob
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import unittest

from exporter import BINARY, TOP, Exporter, delta, run

DOCUMENT = os.path.join(TOP, "docs/writing-a-collector.md")
EXAMPLE = os.path.join(TOP, "docs/example/lifetime.bpf.c")
ARCHITECTURE = {"x86_64": "x86", "aarch64": "arm64"}[platform.machine()]

EXEC_FROM_A_THREAD = """import os, signal, threading
threading.Thread(target=os.execv, args=["/bin/true", ["true"]]).start()
signal.pause()"""


def read(path):
    with open(path) as f:
        return f.read()


def commands():
    """The document's own commands that build the example."""
    text = re.search(r"```sh\n(clang .*?)```", read(DOCUMENT), re.S)[1]
    return text.replace("__TARGET_ARCH_x86", f"__TARGET_ARCH_{ARCHITECTURE}")


def shell(script, cwd):
    done = subprocess.run(["sh", "-euc", script], cwd=cwd, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(f"{script}: {done.returncode}\n{done.stderr}")


def spawn(script):
    """One process that runs a line of shell, to its end."""
    return subprocess.run(["sh", "-c", script], stderr=subprocess.DEVNULL).returncode


class DocsTest(unittest.TestCase):
    def build(self, directory, prefix, first=""):
        with open(f"{directory}/lifetime.bpf.c", "w") as f:
            f.write(read(EXAMPLE))
        shell(commands().replace("-I/usr/local", f"{first} -I{prefix}", 1).replace("/usr/local", prefix), directory)
        os.remove(f"{directory}/lifetime.bpf.c")

    def install(self, directory):
        shell(f"make -s -C {TOP} BUILD={os.path.dirname(BINARY)} install DESTDIR= PREFIX={directory}/prefix", TOP)
        os.mkdir(f"{directory}/collectors")
        return f"{directory}/prefix", f"{directory}/collectors"

    def test_the_document_shows_the_file(self):
        shown = re.search(r"<!-- docs/example/lifetime\.bpf\.c -->\n```c\n(.*?)```", read(DOCUMENT), re.S)[1]
        self.assertEqual(shown, read(EXAMPLE))

    def test_the_table_of_metrics_is_up_to_date(self):
        self.assertEqual(read(os.path.join(TOP, "docs/metrics.md")), run("--metrics.table").stdout, "run make docs")

    def test_every_metric_is_once_in_the_table_of_tests_that_hold_it(self):
        held = read(os.path.join(TOP, "docs/truth.md")).partition("## Which tests hold each metric")[2]
        rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", held, re.MULTILINE))
        self.assertEqual(re.findall(r"^\| `(node_\w+)` \|", run("--metrics.table").stdout, re.MULTILINE), list(rows))
        self.assertEqual([metric for metric, tests in rows.items() if tests == "none yet"], ["node_mm_kswapd_active_seconds"])
        for test in set(", ".join(rows.values()).split(", ")) - {"none yet"}:
            self.assertTrue(os.path.exists(os.path.join(TOP, "tests/kernel", test)), test)

    def test_links_of_the_documents_lead_somewhere(self):
        for path in ["README.md", *(f"docs/{name}" for name in os.listdir(f"{TOP}/docs") if name.endswith(".md"))]:
            text = read(os.path.join(TOP, path))
            for link in re.findall(r"\]\((?!https?://)([^)#]+)", text):
                with self.subTest(f"{path}: {link}"):
                    self.assertTrue(os.path.exists(os.path.join(TOP, os.path.dirname(path), link)))

    def test_the_diagram_and_the_table_of_floors_are_those_of_the_tree_and_of_its_check(self):
        design = read(os.path.join(TOP, "docs/design.md"))
        floors = sorted(os.path.basename(path.rstrip("/")) for path in glob.glob(f"{TOP}/userspace/*/"))
        diagram = design.split("```")[1]
        self.assertEqual(sorted(set(re.findall(r"userspace/(\w+)", diagram))), floors)
        table = re.findall(r"^\| `userspace/(\w+)/` \|", design, re.MULTILINE)
        checked = re.search(r'floors = split\("([^"]+)"', read(os.path.join(TOP, "scripts/check-tree.awk")))[1].split()
        self.assertEqual(table, checked[::-1], "the table begins with the highest floor")
        self.assertEqual(sorted(table), floors)

    def test_the_example_builds_against_all_types_of_the_kernel_too(self):
        if not os.path.exists("/sys/kernel/btf/vmlinux"):
            self.skipTest("needs /sys/kernel/btf/vmlinux")
        with tempfile.TemporaryDirectory() as directory:
            prefix, collectors = self.install(directory)
            shell(f"{TOP}/scripts/vmlinux >vmlinux.h", directory)
            self.build(collectors, prefix, first=f"-I{directory}")

    def test_the_example_counts_each_process_by_its_end(self):
        with tempfile.TemporaryDirectory() as directory:
            prefix, collectors = self.install(directory)
            self.build(collectors, prefix)
            flags = ["--collector.disable-defaults", f"--collector.directory={collectors}", "--collector.lifetime"]
            with Exporter(flags) as exporter:
                before = exporter.scrape()
                for _ in range(7):
                    self.assertEqual(spawn("kill -KILL $$"), -signal.SIGKILL)
                for _ in range(9):
                    self.assertEqual(spawn("sleep 0.0625; exit 3"), 3)
                for _ in range(20):
                    self.assertEqual(subprocess.run([sys.executable, "-c", EXEC_FROM_A_THREAD]).returncode, 0)
                after = exporter.scrape()
        ends = {end: delta(before, after, "node_process_lifetime_seconds", end=end) for end in ("signal", "error")}
        # Other processes of the machine end too, so there may be more, of any lifetime.
        self.assertGreaterEqual(ends["signal"].count, 7)
        self.assertLess(ends["signal"].count, 7 + 20, "a first thread that gives way to exec is no end of a process")
        self.assertGreaterEqual(ends["error"].above("0.0625"), 9)
        self.assertGreaterEqual(ends["error"].sum, 9 * 0.0625)


if __name__ == "__main__":
    unittest.main()
