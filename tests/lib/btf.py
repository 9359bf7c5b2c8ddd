# SPDX-License-Identifier: GPL-2.0-only
"""The types of an object or of the kernel, word by word:

    for kind, words in Btf(data).types(): ...
"""

import struct

STRUCT, UNION, ENUM, FWD, DATASEC, ENUM64 = 4, 5, 6, 7, 15, 19
INTEGER, FLOAT = 1, 16
# What follows a type's three words, by kind, once and once a member: numbers of types (t), offsets of names (n), others (i).
ONCE = {INTEGER: "i", 3: "tti", 14: "i", 17: "i"}
MEMBER = {STRUCT: "nti", UNION: "nti", ENUM: "ni", 13: "nt", DATASEC: "tii", ENUM64: "nii"}
# Kinds whose third word is a size, or nothing, where others have a type.
SIZED = {INTEGER, FLOAT, STRUCT, UNION, ENUM, FWD, DATASEC, ENUM64}


def layout(kind, info):
    """A letter for each word of a type."""
    return "ni" + ("i" if kind in SIZED else "t") + ONCE.get(kind, "") + MEMBER.get(kind, "") * (info & 0xffff)


class Btf:
    def __init__(self, data):
        header, start, size, names, name_bytes = struct.unpack_from("=4xIIIII", data)
        self.words = memoryview(data)[header + start:header + start + size].cast("I")
        self.names = data[header + names:header + names + name_bytes]

    def name(self, offset):
        return self.names[offset:self.names.index(b"\0", offset)].decode()

    def types(self):
        """(kind, words) of each, by its number from 1 on."""
        at = 0
        while at < len(self.words):
            info = self.words[at + 1]
            kind = info >> 24 & 31
            end = at + 3 + len(ONCE.get(kind, "")) + len(MEMBER.get(kind, "")) * (info & 0xffff)
            yield kind, self.words[at:end]
            at = end
