# SPDX-License-Identifier: GPL-2.0-only
"""Packages out of Debian's archive, fetched by apt and so verified by its signatures, and what is made of them, cached.

The system's own apt is left alone. Suites are named, not versions: old packages vanish from the archive.
"""

import contextlib
import fcntl
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "bpf_exporter")
FRESH_SECONDS = 7 * 86400
UNUSED_SECONDS = 60 * 86400


class Unavailable(Exception):
    """Why something cannot be had."""


class Apt:
    """apt with a state of its own, in which nothing is installed, for one suite and architecture."""

    def __init__(self, folder, suite, architecture):
        for part in "lists/partial", "cache/archives/partial":
            os.makedirs(f"{folder}/{part}", exist_ok=True)
        open(f"{folder}/status", "w").close()
        repository = "debian-security" if suite.endswith("-security") else "debian"
        with open(f"{folder}/sources.list", "w") as f:
            print(f"deb [signed-by={KEYS} arch={architecture}] {mirror()}/{repository} {suite} main", file=f)
        settings = {
            "Dir::Etc::sourcelist": f"{folder}/sources.list", "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": f"{folder}/lists", "Dir::State::status": f"{folder}/status",
            "Dir::Cache": f"{folder}/cache", "APT::Architecture": architecture, "APT::Architectures::": architecture,
            "APT::Sandbox::User": "root", "APT::Update::Error-Mode": "any", "APT::Install-Recommends": "false",
            "Acquire::Retries": "1", "Acquire::http::Timeout": "15",
        }
        self.options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        self("apt-get", "update")

    def __call__(self, program, *arguments, cwd=None):
        return output(program, "-qq", *self.options, *arguments, cwd=cwd).decode()

    def show(self, package):
        """The fields of a package; "" where there is none."""
        try:
            return self("apt-cache", "show", "--no-all-versions", package)
        except subprocess.CalledProcessError:
            return ""

    def version(self, package):
        found = re.search(r"^Version: (.*)$", self.show(package), re.M)
        return found[1] if found else ""

    def depends(self, package):
        """The names that a package's dependencies hold."""
        shown = self.show(package)
        return re.split(r"[ ,|]+", "".join(re.findall(r"^Depends: (.*)$", shown, re.M)))

    def closure(self, packages):
        """Packages and all that they depend on, each as NAME=VERSION."""
        planned = self("apt-get", "install", "--simulate", *packages)
        return sorted(f"{name}={version}" for name, version in re.findall(r"^Inst (\S+) \((\S+)", planned, re.M))

    def unpack(self, packages, root):
        with tempfile.TemporaryDirectory(dir=os.path.dirname(root), prefix="packages.") as folder:
            self("apt-get", "download", *packages, cwd=folder)
            for package in sorted(glob.glob(f"{folder}/*.deb")):
                output("dpkg-deb", "-x", package, root)


def kept(name, update):
    """A folder made of packages: update(folder) makes folder/VERSION where it is not there and returns VERSION.

    What is at hand serves for a week, and for longer where no other can be had.
    """
    folder = os.path.join(CACHE, name)
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        current = f"{folder}/current"
        if not is_fresh(current):
            try:
                switch(folder, update(folder))
                forget_unused()
            except (subprocess.CalledProcessError, OSError, Unavailable) as e:
                if not os.path.exists(current):
                    raise Unavailable(what_failed(e)) from e
        return os.path.realpath(current)


def is_fresh(link):
    return os.path.exists(link) and time.time() - os.lstat(link).st_mtime < FRESH_SECONDS


def switch(folder, version):
    """To another version at once; older ones go."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{folder}/next")
    os.symlink(version, f"{folder}/next")
    os.rename(f"{folder}/next", f"{folder}/current")
    for other in glob.glob(f"{folder}/[0-9]*"):
        if os.path.basename(other) != version:
            shutil.rmtree(other)


def forget_unused():
    """What nobody asked for is not fresh for long."""
    for link in glob.glob(f"{CACHE}/*/*/current"):
        if time.time() - os.lstat(link).st_mtime > UNUSED_SECONDS:
            shutil.rmtree(os.path.dirname(link))


def what_failed(error):
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error)
    said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
    return said[0] if said else f"{error.cmd[0]} ended with {error.returncode}"


def mirror():
    """The one that this system uses already."""
    configured = output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").decode()
    found = re.search(r"^(https?://\S+)/debian/?$", configured, re.M)
    return os.environ.get("DEBIAN_MIRROR") or (found[1] if found else "http://deb.debian.org")


def output(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout
