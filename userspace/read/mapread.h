/* SPDX-License-Identifier: GPL-2.0-only */
/* Walk every entry of a map once, whatever its kind, as cheaply as the kernel allows.
 *
 * Entries that vanish or appear during the walk are normal; an entry that stays is visited. A second visit of one key
 * is possible where the kernel has no batch operation, or refuses in the middle what it could before: the table ignores it. Memory is taken in
 * mapread_new; a walk takes more only where one bucket of a hash holds more than was thought.
 */
#ifndef READ_MAPREAD_H
#define READ_MAPREAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "describe/description.h"

struct btfindex;
struct mapread;

/* One entry: `copies` values, `stride` bytes apart, to be added up. `key` is the raw key, not aligned: the hash's
 * key, or the slot as a uint32_t. A value is aligned to 8 bytes where its size is a multiple of 8. Values
 * may change while they are read: load each word once. */
struct mapread_entry {
	const void *key;
	const void *value;
	size_t stride;
	unsigned int copies;
};

typedef void (*mapread_fn)(void *context, const struct mapread_entry *entry);

/* What a loaded object has of a map. Borrowed for the reader's life. */
struct mapread_origin {
	int fd; /* -1 for MAP_GLOBAL */
	const void *bss; /* of the object; for MAP_GLOBAL */
	unsigned int possible_cpus; /* not those online: the kernel keeps a value for each */
	const struct btfindex *kernel; /* its types, for mapread_new alone; or NULL */
};

/* The description is borrowed too. mmaps, read-only, what can be mapped. -EINVAL where the map is not as
 * described. */
int mapread_new(struct mapread **out, const struct map_description *m,
		const struct mapread_origin *from, struct error *e);
void mapread_free(struct mapread *r);
/* 0, or -errno: the walk was incomplete and its result must not be exposed. */
int mapread_walk(struct mapread *r, mapread_fn fn, void *context, struct error *e);
/* Between walks: take an entry out of a hash. -errno where that cannot be. */
int mapread_delete(struct mapread *r, const void *key);
/* Entries that the kernel's map holds at most: those described, or more where the loader made it larger. */
uint32_t mapread_ceiling(const struct mapread *r);
/* Entries visited by the last walk: bpf_exporter_map_entries. */
size_t mapread_entries(const struct mapread *r);

#endif
