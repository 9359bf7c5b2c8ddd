# SPDX-License-Identifier: GPL-2.0-only
"""The build: the same bytes wherever it is done, nothing written beside BUILD, nothing made twice, and what is missing is
named before anything is compiled."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from exporter import TOP

SOURCES = "Makefile", "bpf", "include", "scripts", "userspace", "vmlinux"
QUIET = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "BUILD"}


def make(folder, *arguments, wrapper=()):
    return subprocess.run([*wrapper, "make", "-j2", "-C", folder, *arguments], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=QUIET, check=False)


class Build(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="build."))

    def copy(self, name):
        """The sources, in a folder of this name."""
        for source in SOURCES:
            path, to = os.path.join(TOP, source), os.path.join(self.folder, name, source)
            if os.path.isdir(path):
                shutil.copytree(path, to)
            else:
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copy(path, to)
        return os.path.join(self.folder, name)

    def built(self, folder, *arguments, **more):
        done = make(folder, *arguments, **more)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_two_folders_one_of_them_read_only_give_the_same_bytes(self):
        one, other = self.copy("a"), self.copy("another/place")
        elsewhere = os.path.join(self.folder, "elsewhere")
        read_only = ["unshare", "--mount", "sh", "-ec",
                     'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"', other] \
            if os.geteuid() == 0 else []
        self.built(one)
        self.built(other, f"BUILD={elsewhere}", wrapper=read_only)
        with open(f"{one}/build/bpf_exporter", "rb") as a, open(f"{elsewhere}/bpf_exporter", "rb") as b:
            first, second = a.read(), b.read()
        self.assertNotIn(self.folder.encode(), first + second)
        self.assertTrue(first == second, "they differ")
        self.assertTrue(os.path.exists(f"{one}/bpf_exporter"))
        self.assertFalse(os.path.exists(f"{other}/bpf_exporter"))
        # What is asked for by itself is made from the same flags.
        self.assertNotIn("CC", self.built(one, "build/userspace/app/main.o"))
        self.assertNotIn("CC", self.built(one))

    def test_what_is_missing_or_too_old_is_named_first(self):
        clang = os.path.join(self.folder, "clang")
        with open(clang, "w") as f:
            f.write("#!/bin/sh\necho 13.0.1\n")
        os.chmod(clang, 0o755)
        for argument, said in (("LEAST=libbpf:99 zlib:1 nosuchlib:2", "Missing: libbpf-99(here:"),
                               ("LEAST=nosuchlib:2", "Missing: nosuchlib-2."),
                               (f"CLANG={clang}", "Missing: clang-14(here:13)"),
                               ("CC=no-such-compiler", "Missing: no-such-compiler"),
                               ("ARCH=riscv64", "Architecture riscv64: ")):
            done = make(TOP, argument, f"BUILD={self.folder}/b", "all")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(said, done.stdout)
            self.assertFalse(os.path.exists(f"{self.folder}/b"))

    def test_the_readme_names_the_least_versions(self):
        with open(f"{TOP}/Makefile") as f:
            makefile = f.read()
        with open(f"{TOP}/README.md") as f:
            readme = " ".join(f.read().split())
        least = dict(item.split(":") for item in makefile.partition("LEAST := ")[2].partition("\n")[0].split())
        names = {"libelf": "libelf (elfutils)", "yaml-0.1": "libyaml", "libcrypt": "libxcrypt", "gnutls": "GnuTLS"}
        for library, version in least.items():
            self.assertIn(f"{names.get(library, library)} {version}", readme)
        clang = makefile.partition("LEAST_CLANG := ")[2].partition("\n")[0]
        self.assertIn(f"clang {clang}", readme)

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_an_archive_knows_its_revision_and_a_folder_inside_of_another_clone_does_not_take_that_ones(self):
        for command in ["git", "init", "-q", "."], ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q",
                                                   "--allow-empty", "-m", "other"]:
            subprocess.run(command, cwd=self.folder, check=True)
        folder = self.copy("a")
        self.assertEqual(self.revision(folder), "unknown")
        archived = re.sub(r"\$Format:%h\$", "0123abc", self.text(f"{folder}/scripts/revision"))
        with open(f"{folder}/scripts/revision", "w") as f:
            f.write(archived)
        self.assertEqual(self.revision(folder), "0123abc")
        self.assertIn("scripts/revision export-subst", self.text(f"{TOP}/.gitattributes"))

    def revision(self, folder):
        self.built(folder, "build/revision")
        return self.text(f"{folder}/build/revision").split()[1]

    @staticmethod
    def text(path):
        with open(path) as f:
            return f.read()

    def test_tools_of_another_version_are_no_judges(self):
        tool = os.path.join(self.folder, "tool")
        with open(tool, "w") as f:
            f.write("#!/bin/sh\necho Debian tool version 19.1.7\n[ $1 = --version ]\n")
        os.chmod(tool, 0o755)
        for target, variable, status in ("check-format", "CLANG_FORMAT", 0), ("check-tidy", "CLANG_TIDY", 0), \
                ("format", "CLANG_FORMAT", 2):
            done = make(TOP, target, f"{variable}={tool}", f"BUILD={self.folder}/b")
            self.assertIn(f"make: {target} is skipped: {tool} is version 19, and the tree follows version 14", done.stdout)
            self.assertEqual(done.returncode, status, done.stdout)

    def test_a_distributors_level_of_fortification_holds(self):
        folder = self.copy("a")
        for flags in ("CPPFLAGS=-D_FORTIFY_SOURCE=3",), ("CFLAGS=-O2 -Wp,-D_FORTIFY_SOURCE=3",), \
                ("CC=gcc -D_FORTIFY_SOURCE=3",):
            said = self.built(folder, *flags, "DEVELOPER=1", "V=1", "build/userspace/base/utf8.o")
            self.assertIn("_FORTIFY_SOURCE=", said)
            self.assertNotIn("redefined", said)

    def test_the_compiler_is_told_as_what_it_is(self):
        objects = [f"build/userspace/{name}.o" for name in ("app/help", "collect/self")]
        folder = self.copy("a")
        for compiler, said in ("gcc", b"gcc"), ("clang", b"clang"):
            self.built(folder, f"CC={compiler}", "DEVELOPER=1", *objects)
            for name in objects:
                with open(f"{folder}/{name}", "rb") as f:
                    strings = f.read()
                self.assertNotRegex(strings, rb"(gcc|clang)[ \0][0-9.]+ \0")
                self.assertEqual([b"gcc\0" in strings or b"gcc " in strings,
                                  b"clang\0" in strings or b"clang " in strings], [said == b"gcc", said == b"clang"])


if __name__ == "__main__":
    unittest.main()
