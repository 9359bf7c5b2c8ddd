# SPDX-License-Identifier: GPL-2.0-only
"""docs/troubleshooting.md quotes the messages of the code, and leaves none of those about the kernel out."""

import glob
import os
import re
import unittest

from exporter import TOP

DOCUMENT = os.path.join(TOP, "docs/troubleshooting.md")
# Rooms whose messages are all about what a host withholds.
ROOMS = ("privilege", "kerneltypes", "features")
INTERNAL = {"the kernel's types are not held any more"}  # nobody sees it
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r"-?%[-+ #0]*\d*(?:\.\*)?[a-z]+|-E[A-Z]+")
SHORT = 20  # characters: names of files and calls


def read(path):
    with open(path) as f:
        return f.read()


def literals(path):
    """The strings of a C file; those side by side are one, macros are what they stand for."""
    text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.S).replace("\\\n", "").replace("'\"'", "")
    text = re.sub(r"^#include.*$", "", text, flags=re.M)
    for name, value in re.findall(r'^#define (\w+)\s+(".*")\s*$', text, re.M):
        text = re.sub(rf"(?<!define )\b{name}\b", lambda _, value=value: value, text)
    return [literal.replace('\\"', '"') for literal in LITERAL.findall(re.sub(r'"\s*"', "", text))]


def clauses(text):
    """The parts of a message that always read the same."""
    return [clause.strip(" :") for part in CONVERSION.split(text) for clause in re.split(r"[;:] |…", part)]


class TroubleshootingTest(unittest.TestCase):
    def test_each_message_in_the_tables_is_said_by_the_code(self):
        code = "\n".join(text for path in glob.glob(f"{TOP}/userspace/*/*.c") for text in literals(path))
        code = code.replace("kernel types '%s'", "kernel types '/sys/kernel/btf/vmlinux'")
        quoted = [text for cell in re.findall(r"^\| (`.*?) \|", read(DOCUMENT), re.M)
                  for text in re.findall(r"`([^`]+)`", cell)]
        self.assertGreater(len(quoted), 25)
        for text in quoted:
            for clause in clauses(text):
                with self.subTest(clause):
                    self.assertTrue(clause in code, "not in the code")

    def test_each_message_about_the_kernel_is_in_the_tables(self):
        document = read(DOCUMENT)
        for room in ROOMS:
            for text in literals(f"{TOP}/userspace/load/{room}.c"):
                for clause in clauses(text):
                    if len(clause) < SHORT or not re.search("[a-z] [a-z]", clause) or clause in INTERNAL:
                        continue
                    with self.subTest(clause):
                        self.assertTrue(clause in document, "not in the document")


if __name__ == "__main__":
    unittest.main()
