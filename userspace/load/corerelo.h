/* SPDX-License-Identifier: GPL-2.0-only */
/* What an object's programs ask of the kernel's types: its CO-RE relocations, as the compiler wrote them. */
#ifndef LOAD_CORERELO_H
#define LOAD_CORERELO_H

#include <stddef.h>

#include <linux/bpf.h>

/* Calls fn for each relocation in the bytes of a .BTF.ext section until it returns other than 0, and returns that;
 * 0 at the end; -EINVAL where the bytes are not what they should be. */
int corerelo_walk(const void *btf_ext, size_t size,
		  int (*fn)(void *context, const struct bpf_core_relo *r), void *context);

#endif
