# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels for virtual machines, fetched by apt and so verified by its signatures, and cached:

    kernel = fetch("6.1")   # .version, .vmlinux, .modules (a tree for modprobe -d); raises Unavailable

Suites are named, not versions: old packages vanish from the archive. The system's own apt is left alone.
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
import zlib
from dataclasses import dataclass

SUITES = {"5.10": "bullseye-security", "6.1": "bookworm-security", "6.12": "trixie-security", "newest": "sid"}
PACKAGE = "linux-image-cloud-amd64"  # NVMe and ext4 are built in
PARTS = re.compile(r"linux-(image|binary|modules|base)-\S+")
MODULES = ("virtio_pci", "virtiofs", "overlay", "loop", "null_blk", "brd", "veth", "dummy", "sch_netem", "sch_tbf",
           "tcp_bbr", "zram", "xfs", "btrfs")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "bpf_exporter", "kernels")
FRESH_SECONDS = 7 * 86400
DECOMPRESSORS = {b"\xfd7zXZ": ["xz", "-dcq", "--single-stream"], b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
                 b"\x1f\x8b": ["gzip", "-dcq"], b"\x02\x21\x4c\x18": ["lz4", "-dcq"]}


class Unavailable(Exception):
    """Why a kernel cannot be had."""


@dataclass
class Kernel:
    path: str

    @property
    def version(self):
        return os.path.basename(self.path)

    @property
    def vmlinux(self):
        return f"{self.path}/vmlinux"

    @property
    def modules(self):
        return f"{self.path}/lib/modules/{self.version}"


def fetch(alias):
    """The kernel of an alias. One that is at hand serves for a week, and for longer where no other can be had."""
    if alias not in SUITES:
        raise Unavailable(f"not one of {', '.join(SUITES)}")
    modules = zlib.crc32(" ".join(MODULES).encode())  # with others it is another kernel
    folder = os.path.join(CACHE, f"{SUITES[alias]}-{modules:08x}")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        current = f"{folder}/current"
        if not is_fresh(current):
            try:
                update(folder, SUITES[alias])
            except (subprocess.CalledProcessError, OSError, Unavailable) as e:
                if not os.path.exists(current):
                    raise Unavailable(what_failed(e)) from e
        return Kernel(os.path.realpath(current))


def is_fresh(link):
    return os.path.exists(link) and time.time() - os.lstat(link).st_mtime < FRESH_SECONDS


def what_failed(error):
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error)
    said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
    return said[0] if said else f"{error.cmd[0]} ended with {error.returncode}"


def update(folder, suite):
    apt = Apt(f"{folder}/apt", suite)
    apt("apt-get", "update")
    image = next((name for name in apt.parts(PACKAGE) if name.startswith("linux-image-")), None)
    if not image:
        raise Unavailable(f"{suite} has no {PACKAGE}")
    version = image.removeprefix("linux-image-")
    if not os.path.exists(f"{folder}/{version}"):
        with tempfile.TemporaryDirectory(dir=folder, prefix="new.") as work:
            unpacked = apt.unpack([image, *apt.parts(image)], work)
            os.rename(keep(unpacked, version, f"{work}/kept"), f"{folder}/{version}")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{folder}/next")
    os.symlink(version, f"{folder}/next")
    os.rename(f"{folder}/next", f"{folder}/current")
    for other in glob.glob(f"{folder}/[0-9]*"):
        if os.path.basename(other) != version:
            shutil.rmtree(other)


class Apt:
    """apt with a state of its own for one suite."""

    def __init__(self, folder, suite):
        for part in "lists/partial", "cache/archives/partial":
            os.makedirs(f"{folder}/{part}", exist_ok=True)
        open(f"{folder}/status", "w").close()
        repository = "debian-security" if suite.endswith("-security") else "debian"
        with open(f"{folder}/sources.list", "w") as f:
            print(f"deb [signed-by={KEYS} arch=amd64] {mirror()}/{repository} {suite} main", file=f)
        settings = {
            "Dir::Etc::sourcelist": f"{folder}/sources.list", "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": f"{folder}/lists", "Dir::State::status": f"{folder}/status",
            "Dir::Cache": f"{folder}/cache", "APT::Architecture": "amd64", "APT::Architectures::": "amd64",
            "APT::Sandbox::User": "root", "APT::Update::Error-Mode": "any",
            "Acquire::Retries": "1", "Acquire::http::Timeout": "15",
        }
        self.options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]

    def __call__(self, program, *arguments, cwd=None):
        return output(program, "-qq", *self.options, *arguments, cwd=cwd).decode()

    def parts(self, package):
        """The kernel's packages among those that this one depends on."""
        shown = self("apt-cache", "show", "--no-all-versions", package)
        depends = "".join(re.findall(r"^Depends: (.*)$", shown, re.M))
        return [name for name in re.split(r"[ ,|]+", depends) if PARTS.fullmatch(name)]

    def unpack(self, packages, folder):
        """Unpacks packages and returns the folder in which lib/modules is."""
        self("apt-get", "download", *packages, cwd=folder)
        for package in glob.glob(f"{folder}/*.deb"):
            output("dpkg-deb", "-x", package, f"{folder}/root")
        return f"{folder}/root" if os.path.isdir(f"{folder}/root/lib/modules") else f"{folder}/root/usr"


def mirror():
    """The one that this system uses already."""
    configured = output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").decode()
    found = re.search(r"^(https?://\S+)/debian/?$", configured, re.M)
    return os.environ.get("DEBIAN_MIRROR") or (found[1] if found else "http://deb.debian.org")


def keep(unpacked, version, folder):
    """Of all that was unpacked: the kernel, unpacked so that no guest has to, and some modules, likewise."""
    source, kept = f"{unpacked}/lib/modules/{version}", f"{folder}/lib/modules/{version}"
    os.makedirs(kept)
    output("depmod", "-b", unpacked, version)
    for path in module_files(unpacked, version):
        plain = os.path.join(kept, re.sub(r"\.(xz|zst|gz)$", "", os.path.relpath(path, source)))
        os.makedirs(os.path.dirname(plain), exist_ok=True)
        with open(path, "rb") as packed, open(plain, "wb") as f:
            f.write(decompress(packed.read()))
    for path in glob.glob(f"{source}/modules.builtin*") + [f"{source}/modules.order"]:
        shutil.copy(path, kept)
    output("depmod", "-b", folder, version)
    images = glob.glob(f"{unpacked}/**/vmlinuz*", recursive=True) + glob.glob(f"{unpacked}/../boot/vmlinuz*")
    with open(f"{folder}/vmlinux", "wb") as f:
        f.write(vmlinux(images[0]))
    return folder


def module_files(root, version):
    """Files of MODULES and of all that they need; a kernel may lack some."""
    files = set()
    for module in MODULES:
        shown = subprocess.run(["modprobe", "-S", version, "-d", root, "--show-depends", module],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
        files.update(re.findall(r"^insmod (\S+)", shown, re.M))
    return sorted(files)


def vmlinux(path):
    """The ELF file within a bzImage, as Linux' Documentation/arch/x86/boot.rst describes it."""
    with open(path, "rb") as f:
        image = f.read()
    start = (image[0x1F1] + 1) * 512 + int.from_bytes(image[0x248:0x24C], "little")
    length = int.from_bytes(image[0x24C:0x250], "little")
    elf = decompress(image[start:start + length - 4])  # the last four bytes are the unpacked size
    if not elf.startswith(b"\x7fELF"):
        raise Unavailable(f"{os.path.basename(path)} holds no ELF file")
    return elf


def decompress(data):
    for magic, command in DECOMPRESSORS.items():
        if data.startswith(magic):
            return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def output(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout
