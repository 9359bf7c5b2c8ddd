# SPDX-License-Identifier: GPL-2.0-only
"""What people do first: install, run from there, remove; and what they may rely on without asking."""

import os
import re
import subprocess
import tempfile
import unittest

from exporter import BINARY, TOP

BUILD = os.path.dirname(BINARY)
DISTRIBUTION = {"libbpf.so.1", "libelf.so.1", "libmicrohttpd.so.12", "libdeflate.so.0", "libgnutls.so.30",
                "libyaml-0.so.2", "libcrypt.so.1", "libpsx.so.2", "libz.so.1", "libzstd.so.1", "libisal.so.2", "libc.so.6",
                "libm.so.6"}

DOCUMENTS = [f"docs/{name}" for name in os.listdir(f"{TOP}/docs") if name.endswith(".md")]


def make(*arguments, **environment):
    return subprocess.run(
        ["make", "--no-print-directory", "-C", TOP, f"BUILD={BUILD}", *arguments], capture_output=True, text=True,
        timeout=300, stdin=subprocess.DEVNULL, env={**os.environ, "MAKEFLAGS": "", **environment})


def files_below(directory):
    return {os.path.relpath(os.path.join(at, name), directory)
            for at, _, names in os.walk(directory) for name in names}


class NewcomerTest(unittest.TestCase):
    def test_install_puts_everything_below_destdir_and_uninstall_takes_it_away(self):
        with tempfile.TemporaryDirectory(prefix="with space.") as destdir:
            installed = make("install", f"DESTDIR={destdir}", "PREFIX=/usr")
            self.assertEqual(installed.returncode, 0, installed.stderr)
            files = files_below(destdir)
            headers = {f"usr/include/bpf_exporter/{name}" for name in os.listdir(f"{TOP}/include/bpf_exporter")}
            documents = {f"usr/share/doc/bpf_exporter/{path}" for path in ("README.md", *DOCUMENTS)}
            self.assertEqual(files - headers - documents, {
                "usr/bin/bpf_exporter", "usr/include/bpf_exporter/vmlinux.h", "usr/share/man/man8/bpf_exporter.8",
                "usr/share/bpf_exporter/bpf_exporter.rules.yml", "usr/lib/systemd/system/bpf_exporter.service"})
            with open(f"{destdir}/usr/lib/systemd/system/bpf_exporter.service") as f:
                self.assertIn("\nExecStart=/usr/bin/bpf_exporter $ARGS\n", f.read())
            self.assertLessEqual(headers | documents, files)
            self.assert_named_documents_are_installed(destdir, files)
            version = subprocess.run([f"{destdir}/usr/bin/bpf_exporter", "--version"], cwd="/", capture_output=True,
                                     text=True)
            self.assertEqual(version.returncode, 0)
            self.assertRegex(version.stdout, r"^bpf_exporter,? .*\d+\.\d+\.\d+")
            self.assertEqual(make("uninstall", f"DESTDIR={destdir}", "PREFIX=/usr").returncode, 0)
            self.assertEqual(files_below(destdir), set())

    def assert_named_documents_are_installed(self, destdir, files):
        named = set()
        for path in files - {f"usr/share/doc/bpf_exporter/{path}" for path in ("README.md", *DOCUMENTS)}:
            with open(f"{destdir}/{path}", "rb") as f:
                named |= {name.decode() for name in re.findall(rb"docs/[\w./-]+\w", f.read())}
        self.assertGreater(len(named), 3)
        self.assertLessEqual(named - {"docs/NAME.md", "docs/instrumenting/exposition_formats"}, set(DOCUMENTS))
        with open(f"{destdir}/usr/share/man/man8/bpf_exporter.8") as f:
            self.assertIn("\n.It Pa /usr/share/doc/bpf_exporter\n", f.read())

    def test_the_binary_needs_only_libraries_of_the_distribution(self):
        dynamic = subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True, check=True).stdout
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
        self.assertLessEqual(needed, DISTRIBUTION)
        self.assertNotIn("RUNPATH", dynamic)

    def test_a_second_make_does_nothing(self):
        again = make("all")
        self.assertEqual((again.returncode, again.stdout), (0, ""))

    def test_missing_tools_are_named_with_the_packages_that_have_them(self):
        for variable in "CLANG", "PKG_CONFIG":
            stopped = make("all", f"{variable}=no-such-tool")
            self.assertEqual(stopped.returncode, 2)
            self.assertRegex(stopped.stderr, r"Missing: .*On Debian: apt-get install .*libbpf-dev")

    def test_help_names_what_people_expect(self):
        shown = make("help").stdout
        for target in "all", "test", "install", "clean", "help", "format", "check":
            self.assertRegex(shown, rf"make {target} ")


if __name__ == "__main__":
    unittest.main()
