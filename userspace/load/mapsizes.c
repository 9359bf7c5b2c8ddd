// SPDX-License-Identifier: GPL-2.0-only
/* What a description says of a map, what the host has, and what a parameter asks for become max_entries. */
#include "load/mapsizes.h"

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#define ROOM_MAX 16384 /* entries by which a map grows with what there is: enough for any host */

/* A scalar parameter as it will be in the kernel; 0 where there is no such one. */
static uint64_t parameter_number(struct bpf_map *rodata, const struct description *d,
				 const char *name)
{
	const struct parameter_description *p;
	uint64_t n = 0;
	size_t size = 0;
	const char *bytes = rodata ? bpf_map__initial_value(rodata, &size) : NULL;

	for (p = d->parameters; bytes && p < d->parameters + d->nr_parameters; p++)
		if (!strcmp(p->name, name) && p->size <= sizeof(n) && p->offset <= size &&
		    p->size <= size - p->offset)
			memcpy(&n, bytes + p->offset, p->size);
	return n;
}

static uint64_t map_entries(const struct loadable *l, struct bpf_map *rodata,
			    const struct map_description *m)
{
	uint64_t asked, found;

	if (m->layout == MAP_TABLE_PERCPU)
		return (uint64_t)m->slots * features_possible_cpus(l->features);
	if (!m->room)
		return m->slots;
	found = l->population ? l->population(l->context, m) : 0;
	asked = parameter_number(rodata, l->description, m->room_parameter);
	found = found > asked ? found : asked;
	return m->slots + (found < ROOM_MAX / m->room ? found * m->room : ROOM_MAX);
}

int mapsizes_set(struct bpf_object *object, const struct loadable *l, struct bpf_map *rodata,
		 struct error *e)
{
	const struct description *d = l->description;
	const struct features *f = l->features;
	const struct map_description *m;
	struct bpf_map *map;
	uint64_t entries;

	for (map = NULL; (map = bpf_object__next_map(object, map));)
		if (!features_map_type(f, (int)bpf_map__type(map)))
			bpf_map__set_autocreate(map, false);
	for (m = d->maps; m < d->maps + d->nr_maps; m++) {
		if (m->layout != MAP_TABLE_PERCPU && !m->room)
			continue;
		map = bpf_object__find_map_by_name(object, m->name);
		entries = map_entries(l, rodata, m);
		if (!map || entries > UINT32_MAX)
			return error_set(e, -EINVAL, "file '%s': map '%s': %s", l->file, m->name,
					 map ? "too many slots" : "not in the object");
		bpf_map__set_max_entries(map, (uint32_t)entries);
	}
	return 0;
}
