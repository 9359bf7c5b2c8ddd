/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel's types come from: the kernel itself, or a file for kernels that do not show them.
 *
 * A file is foreign bytes. It is checked before anything is looked up in it, and then against the running kernel: types
 * of another one would make programs read the wrong fields.
 */
#ifndef LOAD_KERNELTYPES_H
#define LOAD_KERNELTYPES_H

#include "base/error.h"

struct btf;

/* Both: BTF for btf__free(), or NULL with *e and -errno in errno. */
struct btf *kerneltypes_own(struct error *e);
/* Raw BTF, or an ELF file with a section .BTF, whose build id must be this kernel's. */
struct btf *kerneltypes_read(const char *path, struct error *e);

enum kerneltypes_match {
	TYPES_SAME, /* the kernel knows them by the same numbers */
	TYPES_OTHER, /* another kernel's */
	TYPES_UNKNOWN, /* it has no types of its own to compare with */
};

/* Ask the kernel itself, in some dozen places of the file. */
enum kerneltypes_match kerneltypes_match(const struct btf *btf);

#endif
