/* SPDX-License-Identifier: GPL-2.0-only */
/* The few types of the kernel that one object's relocations ask about, as a BTF of their own: libbpf would read and
 * search all 126,000 anew for each object (10 ms and more), while this costs less than one.
 */
#ifndef LOAD_COREBTF_H
#define LOAD_COREBTF_H

#include <stddef.h>

#include "load/btfindex.h"

/* A file descriptor with the raw BTF, for libbpf's btf_custom_path; the caller closes it. -ENOENT where the object asks
 * about no types; another -errno where libbpf has to search for itself. */
int corebtf_make(const void *elf, size_t size, const struct btfindex *kernel);

#endif
