# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels for virtual machines, out of its archive and cached:

    kernel = fetch("6.1")   # .version, .architecture, .image, .modules (a tree for modprobe -d); raises Unavailable
"""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from dataclasses import dataclass

from debian_archive import Apt, Unavailable, kept, output


@dataclass(frozen=True)
class Source:
    suites: tuple  # whichever has the newest
    architecture: str
    flavour: str = ""  # the one for clouds, where there is none: NVMe and ext4 are built in

    @property
    def package(self):
        return f"linux-image-{self.flavour or f'cloud-{self.architecture}'}"


NEWEST = "sid", "trixie-backports"
KERNELS = {  # by alias
    "5.10": Source(("bullseye-security",), "amd64"),
    "6.1": Source(("bookworm-security",), "amd64"),
    "6.12": Source(("trixie-security",), "amd64"),
    "newest": Source(NEWEST, "amd64"),
    "6.1-rt": Source(("bookworm-security",), "amd64", "rt-amd64"),
    "6.12-rt": Source(("trixie-security",), "amd64", "rt-amd64"),
    "newest-rt": Source(NEWEST, "amd64", "rt-amd64"),
    "6.1-arm64": Source(("bookworm-security",), "arm64"),
    "6.12-arm64": Source(("trixie-security",), "arm64"),
    "newest-arm64": Source(NEWEST, "arm64"),
    "newest-arm64-16k": Source(NEWEST, "arm64", "arm64-16k"),  # pages of 16 KiB
}
PARTS = re.compile(r"linux-(image|binary|modules|base)-\S+")
MODULES = ("nvme", "ext4", "virtio_pci", "virtiofs", "overlay", "loop", "null_blk", "brd", "veth", "dummy", "sch_netem",
           "sch_tbf", "tcp_bbr", "zram", "xfs", "btrfs", "nfsd", "nfsv4", "scsi_debug", "sd_mod", "dm_delay", "dm_crypt",
           "dm_multipath", "dm_round_robin", "raid1")
DECOMPRESSORS = {b"\xfd7zXZ": ["xz", "-dcq", "--single-stream"], b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
                 b"\x1f\x8b": ["gzip", "-dcq"], b"\x02\x21\x4c\x18": ["lz4", "-dcq"]}


@dataclass
class Kernel:
    architecture: str
    path: str

    @property
    def version(self):
        return os.path.basename(self.path)

    @property
    def image(self):
        return f"{self.path}/image"

    @property
    def modules(self):
        return f"{self.path}/lib/modules/{self.version}"


def fetch(alias):
    if alias not in KERNELS:
        raise Unavailable(f"not one of {', '.join(KERNELS)}")
    source = KERNELS[alias]
    modules = zlib.crc32(" ".join(MODULES).encode())  # with others it is another kernel
    return Kernel(source.architecture, kept(f"kernels/{alias}-{modules:08x}", lambda folder: update(folder, source)))


def update(folder, source):
    apt, image = newest(folder, source)
    version = image.removeprefix("linux-image-")
    if not os.path.exists(f"{folder}/{version}"):
        with tempfile.TemporaryDirectory(dir=folder, prefix="new.") as work:
            apt.unpack([image, *parts(apt, image)], f"{work}/root")
            unpacked = f"{work}/root" if os.path.isdir(f"{work}/root/lib/modules") else f"{work}/root/usr"
            os.rename(keep(unpacked, version, f"{work}/kept"), f"{folder}/{version}")
    return version


def newest(folder, source):
    """The suite's apt and the package's name of the kernel with the highest version."""
    best = None
    for suite in source.suites:
        apt = Apt(f"{folder}/apt-{suite}", suite, source.architecture)
        version = apt.version(source.package)
        image = next((name for name in parts(apt, source.package) if name.startswith("linux-image-")), None)
        if image and (not best or is_newer(version, best[0])):
            best = version, apt, image
    if not best:
        raise Unavailable(f"{' and '.join(source.suites)}: no {source.package}")
    return best[1:]


def is_newer(version, other):
    return not subprocess.run(["dpkg", "--compare-versions", version, "gt", other], check=False).returncode


def parts(apt, package):
    """The kernel's packages among those that this one depends on."""
    return [name for name in apt.depends(package) if PARTS.fullmatch(name)]


def keep(unpacked, version, folder):
    """Of all that was unpacked: the kernel, unpacked so that no guest has to, and some modules, likewise."""
    source, target = f"{unpacked}/lib/modules/{version}", f"{folder}/lib/modules/{version}"
    os.makedirs(target)
    output("depmod", "-b", unpacked, version)
    for path in module_files(unpacked, version):
        plain = os.path.join(target, re.sub(r"\.(xz|zst|gz)$", "", os.path.relpath(path, source)))
        os.makedirs(os.path.dirname(plain), exist_ok=True)
        with open(path, "rb") as packed, open(plain, "wb") as f:
            f.write(decompress(packed.read()))
    for path in glob.glob(f"{source}/modules.builtin*") + [f"{source}/modules.order"]:
        shutil.copy(path, target)
    output("depmod", "-b", folder, version)
    images = glob.glob(f"{unpacked}/**/vmlinuz*", recursive=True) + glob.glob(f"{unpacked}/../boot/vmlinuz*")
    with open(images[0], "rb") as packed, open(f"{folder}/image", "wb") as f:
        f.write(plain_image(packed.read()))
    return folder


def module_files(root, version):
    """Files of MODULES and of all that they need; a kernel may lack some."""
    files = set()
    for module in MODULES:
        shown = subprocess.run(["modprobe", "-S", version, "-d", root, "--show-depends", module],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
        files.update(re.findall(r"^insmod (\S+)", shown, re.M))
    return sorted(files)


def plain_image(image):
    """The kernel within what boot loaders start: of amd64 an ELF file, of arm64 what Linux calls Image."""
    if image[0x38:0x3C] == b"ARM\x64":
        return image
    # A bzImage, as Linux' Documentation/arch/x86/boot.rst describes it.
    start = (image[0x1F1] + 1) * 512 + int.from_bytes(image[0x248:0x24C], "little")
    length = int.from_bytes(image[0x24C:0x250], "little")
    elf = decompress(image[start:start + length - 4])  # the last four bytes are the unpacked size
    if not elf.startswith(b"\x7fELF"):
        raise Unavailable("the kernel's image is of no known form")
    return elf


def decompress(data):
    for magic, command in DECOMPRESSORS.items():
        if data.startswith(magic):
            return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout
    return data
