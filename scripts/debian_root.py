# SPDX-License-Identifier: GPL-2.0-only
"""Debian for another architecture than the host's, out of its archive and cached: the guests of scripts/vm run on it
and scripts/cross builds for it.

    folder = fetch("arm64")   # raises Unavailable

Packages are only unpacked: none of their scripts runs.
"""

import os
import platform
import shutil
import subprocess
import tempfile
import zlib

from debian_archive import Apt, Unavailable, kept, output

SUITE = "bookworm"
NATIVE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine())
TRIPLETS = {"arm64": "aarch64-linux-gnu"}  # by architecture, as compilers call it
SCRIPTS = os.path.dirname(os.path.abspath(__file__))
# What every system has, and so no package depends on.
ESSENTIAL = ("base-files", "base-passwd", "coreutils", "dash", "diffutils", "findutils", "grep", "hostname", "libc-bin",
             "mount", "ncurses-base", "sed", "tar", "gzip")
MERGED = ("bin", "lib", "sbin")  # below usr/


def fetch(architecture):
    if architecture not in TRIPLETS:
        raise Unavailable(f"no root for {architecture}, only for {', '.join(TRIPLETS)}")
    wanted = [*ESSENTIAL, *output(f"{SCRIPTS}/packages", "list", "libraries", "guest").decode().split()]
    return kept(f"roots/{SUITE}-{architecture}-{checksum(wanted)}",
                lambda folder: update(folder, architecture, wanted))


def checksum(words):
    return f"{zlib.crc32(' '.join(words).encode()):010}"


def update(folder, architecture, wanted):
    apt = Apt(f"{folder}/apt", SUITE, architecture)
    packages = apt.closure(wanted)
    version = checksum(packages)
    if not os.path.exists(f"{folder}/{version}"):
        with tempfile.TemporaryDirectory(dir=folder, prefix="new.") as work:
            apt.unpack(packages, f"{work}/root")
            complete(f"{work}/root")
            os.rename(f"{work}/root", f"{folder}/{version}")
    return version


def complete(root):
    """What the scripts of packages would have done."""
    for directory in MERGED:
        output("cp", "-a", f"{root}/{directory}/.", f"{root}/usr/{directory}")
        shutil.rmtree(f"{root}/{directory}")
        os.symlink(f"usr/{directory}", f"{root}/{directory}")
    for name in "passwd", "group":
        shutil.copy(f"{root}/usr/share/base-passwd/{name}.master", f"{root}/etc/{name}")
    keep_links_inside(root)
    # An emulated CPU takes seconds to compile what a test imports. Of use where the host's Python has the same version.
    subprocess.run(["/usr/bin/python3", "-m", "compileall", "-qq", "-s", root, "-p", "/", f"{root}/usr/lib"],
                   check=False)


def keep_links_inside(root):
    """A compiler follows links from outside: absolute ones become relative."""
    for at, directories, files in os.walk(root):
        for path in (os.path.join(at, name) for name in directories + files):
            if os.path.islink(path) and os.readlink(path).startswith("/"):
                target = os.path.relpath(root + os.readlink(path), os.path.realpath(at))
                os.unlink(path)
                os.symlink(target, path)
