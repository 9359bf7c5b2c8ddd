/* SPDX-License-Identifier: GPL-2.0-only */
/* The types of a large BTF by their names: libbpf walks all of them for each question, and there are 126,000. */
#ifndef LOAD_BTFINDEX_H
#define LOAD_BTFINDEX_H

#include <stdint.h>

struct btf;
struct btfindex;

/* NULL without memory. The BTF is borrowed; of one that is split from another, only its own types are found. Read-only
 * once made: safe to ask from several threads. */
struct btfindex *btfindex_new(const struct btf *btf);
void btfindex_free(struct btfindex *x);

const struct btf *btfindex_btf(const struct btfindex *x);
/* The types of a name, one after the other: start with `after` 0, go on with the last answer; 0 ends. */
uint32_t btfindex_next(const struct btfindex *x, const char *name, uint32_t after);
/* The first of them that is of a BTF_KIND_*; 0 where there is none. */
uint32_t btfindex_find(const struct btfindex *x, const char *name, unsigned int kind);
/* The same for a mask of kinds, 1 << BTF_KIND_* each. */
uint32_t btfindex_find_any(const struct btfindex *x, const char *name, uint32_t kinds);

#endif
