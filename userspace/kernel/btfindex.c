// SPDX-License-Identifier: GPL-2.0-only
/* A chained hash of type names: 3 ms and 1 MB for the kernel's BTF, against 0.3 ms a question without it. */
#include "kernel/btfindex.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#define BTFINDEX_BITS 17 /* a kernel has some 70,000 named types */

struct btfindex {
	const struct btf *btf;
	uint32_t *next; /* of the same hash, by type id; ascending, 0 ends */
	uint32_t head[1 << BTFINDEX_BITS];
};

/* FNV-1a, folded. */
static uint32_t btfindex_hash(const char *name)
{
	uint32_t h = 2166136261u;

	while (*name)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return (h ^ h >> BTFINDEX_BITS) & ((1u << BTFINDEX_BITS) - 1);
}

struct btfindex *btfindex_new(const struct btf *btf)
{
	uint32_t types = btf__type_cnt(btf), id, hash;
	struct btfindex *x = calloc(1, sizeof(*x));
	const struct btf_type *t;

	if (!x)
		return NULL;
	x->btf = btf;
	x->next = calloc(types, sizeof(*x->next));
	if (!x->next) {
		free(x);
		return NULL;
	}
	for (id = types - 1; id; id--) {
		t = btf__type_by_id(btf, id);
		if (!t->name_off)
			continue;
		hash = btfindex_hash(btf__name_by_offset(btf, t->name_off));
		x->next[id] = x->head[hash];
		x->head[hash] = id;
	}
	return x;
}

void btfindex_free(struct btfindex *x)
{
	if (!x)
		return;
	free(x->next);
	free(x);
}

const struct btf *btfindex_btf(const struct btfindex *x)
{
	return x->btf;
}

uint32_t btfindex_next(const struct btfindex *x, const char *name, uint32_t after)
{
	uint32_t id = after ? x->next[after] : x->head[btfindex_hash(name)];

	for (; id; id = x->next[id])
		if (!strcmp(btf__name_by_offset(x->btf, btf__type_by_id(x->btf, id)->name_off),
			    name))
			break;
	return id;
}

uint32_t btfindex_find(const struct btfindex *x, const char *name, unsigned int kind)
{
	uint32_t id = 0;

	while ((id = btfindex_next(x, name, id)))
		if (btf_kind(btf__type_by_id(x->btf, id)) == kind)
			break;
	return id;
}
