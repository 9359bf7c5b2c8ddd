// SPDX-License-Identifier: GPL-2.0-only
/* The map_kinds of all kinds of maps: memory that is mapped, a program of ours that walks a large hash, batches copied
 * out by the kernel, single look-ups. */
#include "read/mapread.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "read/hashwalk.h"

/* Measured on hashes of 1,000 to 100,000 entries: from 256 small entries or 64 KiB on, a larger batch gains nothing. */
#define BATCH_BYTES 65536
#define BATCH_MIN 16 /* entries: a bucket must fit */
#define BATCH_MAX 1024
#define HASHWALK_MIN 4096 /* entries: from here on it is worth loading a program */
#define BUSY_MAX 100 /* buckets in a walk that may be locked beneath us */
#ifndef ENOTSUPP
#define ENOTSUPP 524 /* the kernel's own; errno.h does not have it */
#endif

struct mapread;

/* Errors of a walk are numbers; mapread_walk makes the message. */
typedef int (*walk_fn)(struct mapread *r, mapread_fn fn, void *context);

struct map_kind {
	enum bpf_map_type type;
	bool per_cpu; /* one value for each possible CPU */
	int (*prepare)(struct mapread *r);
	walk_fn walk;
	walk_fn walk_singly; /* where the kernel has no batch operation for this map; hashes have one since 5.6 */
};

struct mapread {
	const struct map_description *map;
	const struct map_kind *kind;
	walk_fn walk; /* of the two of the kind, the one that works here */
	int fd;
	unsigned int copies;
	size_t stride; /* bytes from one copy to the next */
	size_t step; /* bytes from one entry's value to the next */
	uint32_t max_entries;
	const char *memory; /* slot 0 of the first copy */
	void *mapped;
	size_t mapped_size;
	uint32_t batch; /* entries that fit in keys and values */
	char *keys, *values;
	struct hashwalk *hashwalk; /* or NULL */
	size_t entries;
};

static void mapread_visit(struct mapread *r, mapread_fn fn, void *context, const void *key,
			  const void *value)
{
	const struct mapread_entry entry = { key, value, r->stride, r->copies };

	r->entries++;
	fn(context, &entry);
}

/* ---- memory: slots of one copy lie side by side, copies behind each other ---- */

static int memory_map(struct mapread *r)
{
	r->step = r->stride;
	r->stride = r->step * r->map->slots;
	r->mapped_size = r->stride * r->copies;
	r->mapped = mmap(NULL, r->mapped_size, PROT_READ, MAP_SHARED, r->fd, 0);
	if (r->mapped == MAP_FAILED) {
		r->mapped = NULL;
		return -errno;
	}
	r->memory = r->mapped;
	return 0;
}

/* In the object's memory values are an array of C: not rounded. */
static int memory_borrow(struct mapread *r)
{
	r->step = r->stride = r->map->value_size;
	r->memory += r->map->offset;
	return 0;
}

static int memory_walk(struct mapread *r, mapread_fn fn, void *context)
{
	for (uint32_t slot = 0; slot < r->map->slots; slot++)
		mapread_visit(r, fn, context, &slot, r->memory + slot * r->step);
	return 0;
}

/* ---- batches ---- */

/* Room for `batch` entries. -ENOMEM: there is still room for as many as before. */
static int batch_resize(struct mapread *r, uint32_t batch)
{
	char *keys = reallocarray(r->keys, batch, r->map->key_size), *values;

	if (!keys)
		return -ENOMEM;
	r->keys = keys;
	values = reallocarray(r->values, batch, r->step);
	if (!values)
		return -ENOMEM;
	r->values = values;
	r->batch = batch;
	return 0;
}

static int batch_prepare(struct mapread *r)
{
	size_t batch;

	r->step = r->kind->per_cpu ? r->stride * r->copies : r->map->value_size;
	batch = BATCH_BYTES / (r->map->key_size + r->step);
	return batch_resize(r, batch < BATCH_MIN   ? BATCH_MIN
			       : batch > BATCH_MAX ? BATCH_MAX
						   : (uint32_t)batch);
}

/* A bucket did not fit. No bucket holds more than the map, but for what is in the course of being replaced. */
static int batch_grow(struct mapread *r)
{
	return r->batch / 2 > r->max_entries ? -ENOSPC : batch_resize(r, r->batch * 2);
}

/* The kernel walks buckets or slots in one direction and each call passes at least one, so entries that
 * come and go cannot hold it; no bucket is read twice, so no key is. */
static int batch_walk(struct mapread *r, mapread_fn fn, void *context)
{
	uint64_t calls = 2 * (uint64_t)r->max_entries + BUSY_MAX;
	unsigned int busy = 0;
	uint32_t token, *from = NULL;

	while (calls--) {
		uint32_t count = r->batch;
		int err =
			bpf_map_lookup_batch(r->fd, from, &token, r->keys, r->values, &count, NULL);

		if (err == -ENOSPC) {
			err = batch_grow(r);
			if (err)
				return err;
			continue;
		}
		if (err == -EBUSY && busy++ < BUSY_MAX)
			err = 0;
		if (err && err != -ENOENT)
			return err;
		for (uint32_t i = 0; i < count; i++)
			mapread_visit(r, fn, context, r->keys + i * (size_t)r->map->key_size,
				      r->values + i * r->step);
		if (err)
			return 0;
		from = &token;
	}
	return -ELOOP;
}

/* ---- a large hash, by a program of ours ---- */

struct entry_callback {
	struct mapread *r;
	mapread_fn fn;
	void *context;
};

static void hash_visit(void *context, const void *key, const void *value)
{
	const struct entry_callback *v = context;

	mapread_visit(v->r, v->fn, v->context, key, value);
}

/* Whatever stops it (the kernel's rules may have become stricter), batches can do what it did: what was visited comes
 * once more, and a table counts a key once in a pass. */
static int hash_walk(struct mapread *r, mapread_fn fn, void *context)
{
	struct entry_callback v = { r, fn, context };

	if (!hashwalk_run(r->hashwalk, hash_visit, &v))
		return 0;
	r->entries = 0;
	r->walk = r->kind->walk;
	return r->walk(r, fn, context);
}

/* ---- single look-ups: per-CPU arrays have batches since 5.13 ---- */

static int slots_walk(struct mapread *r, mapread_fn fn, void *context)
{
	for (uint32_t slot = 0; slot < r->map->slots; slot++) {
		int err = bpf_map_lookup_elem(r->fd, &slot, r->values);

		if (err)
			return err;
		mapread_visit(r, fn, context, &slot, r->values);
	}
	return 0;
}

/* ---- all kinds ---- */

static const struct map_kind map_kinds[] = {
	[MAP_TABLE_PERCPU] = { BPF_MAP_TYPE_ARRAY, true, memory_map, memory_walk, NULL },
	[MAP_TABLE_SHARED] = { BPF_MAP_TYPE_ARRAY, false, memory_map, memory_walk, NULL },
	[MAP_GLOBAL] = { BPF_MAP_TYPE_UNSPEC, false, memory_borrow, memory_walk, NULL },
	[MAP_ARRAY] = { BPF_MAP_TYPE_ARRAY, false, batch_prepare, batch_walk, slots_walk },
	[MAP_PERCPU_ARRAY] = { BPF_MAP_TYPE_PERCPU_ARRAY, true, batch_prepare, batch_walk,
			       slots_walk },
	[MAP_HASH] = { BPF_MAP_TYPE_HASH, false, batch_prepare, batch_walk, NULL },
	[MAP_PERCPU_HASH] = { BPF_MAP_TYPE_PERCPU_HASH, true, batch_prepare, batch_walk, NULL },
};

/* The kernel writes as many bytes as its map says, not as we think: compare before the first read. */
static int mapread_verify(struct mapread *r, struct error *e)
{
	const struct map_description *m = r->map;
	uint64_t needed = (uint64_t)m->slots * (m->layout == MAP_TABLE_PERCPU ? r->copies : 1);
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (r->kind->type == BPF_MAP_TYPE_UNSPEC)
		return 0;
	if (bpf_obj_get_info_by_fd(r->fd, &info, &size))
		return error_set(e, -errno, "map '%s': asking what it is: -%s", m->name,
				 error_name(errno));
	if (info.type != r->kind->type || info.key_size != m->key_size ||
	    info.value_size != m->value_size || info.max_entries < needed)
		return error_set(e, -EINVAL,
				 "map '%s': type %u, key of %u bytes, value of %u, %u entries; "
				 "described as type %u, %u, %u, %llu: -EINVAL",
				 m->name, info.type, info.key_size, info.value_size,
				 info.max_entries, r->kind->type, m->key_size, m->value_size,
				 (unsigned long long)needed);
	r->max_entries = info.max_entries;
	return 0;
}

int mapread_new(struct mapread **out, const struct map_description *m,
		const struct mapread_origin *from, struct error *e)
{
	struct mapread *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return error_set(e, -ENOMEM, "map '%s': no memory: -ENOMEM", m->name);
	r->map = m;
	r->kind = &map_kinds[m->layout];
	r->walk = r->kind->walk;
	r->fd = from->fd;
	r->memory = from->bss;
	r->copies = r->kind->per_cpu ? from->possible_cpus : 1;
	r->stride = (m->value_size + (size_t)7) & ~(size_t)7;
	err = mapread_verify(r, e);
	if (err)
		goto free_reader;
	err = r->kind->prepare(r);
	if (err) {
		error_set(e, err, "map '%s': preparing to read it: -%s", m->name, error_name(err));
		goto free_reader;
	}
	if (m->layout == MAP_HASH && m->slots >= HASHWALK_MIN && from->kernel &&
	    !hashwalk_new(&r->hashwalk, r->fd, from->kernel))
		r->walk = hash_walk;
	*out = r;
	return 0;
free_reader:
	mapread_free(r);
	return err;
}

void mapread_free(struct mapread *r)
{
	if (!r)
		return;
	if (r->mapped)
		munmap(r->mapped, r->mapped_size);
	hashwalk_free(r->hashwalk);
	free(r->keys);
	free(r->values);
	free(r);
}

/* What an older kernel answers to an operation that it, or this kind of map, does not have. */
static bool mapread_unsupported(int err)
{
	return err == -EINVAL || err == -ENOTSUPP || err == -EOPNOTSUPP;
}

int mapread_walk(struct mapread *r, mapread_fn fn, void *context, struct error *e)
{
	int err;

	r->entries = 0;
	err = r->walk(r, fn, context);
	if (!r->entries && r->kind->walk_singly && mapread_unsupported(err)) {
		r->walk = r->kind->walk_singly;
		err = r->walk(r, fn, context);
	}
	if (err)
		error_set(e, err, "map '%s': reading its entries: -%s", r->map->name,
			  error_name(err) ? error_name(err) : "E?");
	return err;
}

size_t mapread_entries(const struct mapread *r)
{
	return r->entries;
}

int mapread_delete(struct mapread *r, const void *key)
{
	return bpf_map_delete_elem(r->fd, key);
}

uint32_t mapread_ceiling(const struct mapread *r)
{
	return r->max_entries > r->map->slots ? r->max_entries : r->map->slots;
}
