/* SPDX-License-Identifier: GPL-2.0-only */
/* How many entries the maps of an object have on this host, decided before it is loaded. */
#ifndef LOAD_MAPSIZES_H
#define LOAD_MAPSIZES_H

#include "base/error.h"
#include "load/loadable.h"

struct bpf_map;
struct bpf_object;

/* Arrays of one copy per CPU grow, and hashes with what there is (ROOM); maps of a type that this kernel lacks
 * are left out, and with them the programs that use them. `rodata` holds the parameters as they are set, or is
 * NULL. -EINVAL where a map has too many slots. */
int mapsizes_set(struct bpf_object *object, const struct loadable *l, struct bpf_map *rodata,
		 struct error *e);

#endif
