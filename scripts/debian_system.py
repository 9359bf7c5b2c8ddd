# SPDX-License-Identifier: GPL-2.0-only
"""Bare roots of Debian's versions, as an installer begins with, in which commands run as on a machine of their own:

    with System("trixie") as system:            # raises Unavailable
        system.copy(files, "/src")
        process = system.start("cd /src && make", stdout=...)

The pristine root is cached; a System is a copy of it that is gone afterwards. Kernel, network and processes are the
host's.
"""

import os
import shutil
import subprocess
import tempfile
import time

from debian_archive import CACHE, KEYS, Unavailable, kept, mirror, output

VARIABLES = ("HOME=/root", "TERM=dumb", "LC_ALL=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
# $0 is the root, $1 the folder of downloaded packages, $2 the command. The root is a mount point, so that commands can
# make mount namespaces of their own.
MOUNT = """
mount --bind "$0" "$0" && cd "$0" &&
mount --rbind /sys sys && mount --rbind /dev dev && mount --rbind /proc proc &&
mount -t tmpfs tmpfs run && mkdir -p run/lock && mount --bind "$1" var/cache/apt/archives &&
"""
ENVIRONMENT = f"env -i {' '.join(VARIABLES)} sh -c "
# In a changed root alone the kernel makes no user namespaces; the root of a guest cannot be exchanged.
ENTER = MOUNT + 'pivot_root . . && umount -l . && cd / && exec ' + ENVIRONMENT + '"$2"'
ENTER_GUEST = MOUNT + 'exec chroot . ' + ENVIRONMENT + '"$2"'


def fetch(suite):
    """The pristine root of a suite."""
    if os.geteuid() or not shutil.which("debootstrap"):
        raise Unavailable("needs root and debootstrap")
    return kept(f"systems/{suite}", lambda folder: make(folder, suite))


def make(folder, suite):
    version = str(int(time.time()))
    with tempfile.TemporaryDirectory(dir=folder, prefix="new.") as work:
        output("debootstrap", "--variant=minbase", f"--keyring={KEYS}", suite, f"{work}/root", f"{mirror()}/debian")
        os.rename(f"{work}/root", f"{folder}/{version}")
    return version


class System:
    def __init__(self, suite):
        self.suite = suite

    def __enter__(self):
        pristine = fetch(self.suite)
        self.archives = os.path.join(CACHE, "archives", self.suite)
        os.makedirs(f"{self.archives}/partial", exist_ok=True)
        self.folder = tempfile.mkdtemp(dir=os.path.dirname(pristine), prefix="run.")
        self.root = f"{self.folder}/root"
        output("cp", "-a", "--reflink=auto", pristine, self.root)
        with open(f"{self.root}/etc/apt/apt.conf.d/99mirror", "w") as f:
            print('Acquire::Check-Valid-Until "false";', file=f)  # a mirror may lag behind
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, files, target):
        """Files, by their paths below the current directory."""
        os.makedirs(self.root + target)
        archive = subprocess.run(["tar", "-c", "--null", "-T", "-"], input="\0".join(files).encode(),
                                 stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "-x", "-C", self.root + target], input=archive, check=True)

    def command(self, script):
        return ["unshare", "--mount", "sh", "-c", ENTER, self.root, self.archives, script]

    def start(self, script, **options):
        """The process is the script's own, which may exec: signals reach it."""
        return subprocess.Popen(self.command(script), stdin=subprocess.DEVNULL, **options)

    def guest_command(self, script):
        """The same in a guest of scripts/vm, which sees the host's files."""
        return ["sh", "-c", ENTER_GUEST, self.root, self.archives, script]

    def ask(self, script):
        """What it says, without the end of the line."""
        done = subprocess.run(self.command(script), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, errors="replace", check=False)
        return done.stdout.strip()
