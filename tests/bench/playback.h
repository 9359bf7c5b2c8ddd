/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps of a machine with any number of CPUs, played to the reader: tables are memory of the size
 * that the kernel would map, hashes are batches of recorded bytes. The reader and all behind it are
 * the exporter's own; only the two calls of libbpf below answer in the kernel's place, for the one
 * map that is played.
 */
#ifndef BENCH_PLAYBACK_H
#define BENCH_PLAYBACK_H

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "describe/description.h"

static struct {
	struct bpf_map_info info;
	char *keys, *values; /* of a hash */
	size_t step; /* bytes of a value, copies and all */
	uint32_t entries;
} playback;

static enum bpf_map_type playback_type(enum map_layout layout)
{
	switch (layout) {
	case MAP_HASH:
		return BPF_MAP_TYPE_HASH;
	case MAP_PERCPU_HASH:
		return BPF_MAP_TYPE_PERCPU_HASH;
	default:
		return BPF_MAP_TYPE_ARRAY;
	}
}

/* Play a map as described, each word of each copy 1. Returns the reader's descriptor, or -1. */
static int playback_start(const struct map_description *m, unsigned int cpus)
{
	const size_t copy = (m->value_size + (size_t)7) & ~(size_t)7;
	const size_t step = m->layout == MAP_HASH ? copy : copy * cpus, bytes = step * m->slots;
	int fd = memfd_create("playback", MFD_CLOEXEC);
	uint32_t i;
	char *memory;

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		return -1;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	playback.keys = calloc(m->slots, m->key_size);
	if (memory == MAP_FAILED || !playback.keys)
		return -1;
	for (i = 0; i < bytes / sizeof(uint64_t); i++)
		memory[i * sizeof(uint64_t)] = 1;
	for (i = 0; i < m->slots; i++)
		memcpy(playback.keys + i * (size_t)m->key_size, &i, sizeof(i));
	playback.values = memory;
	playback.step = step;
	playback.entries = m->slots;
	playback.info = (struct bpf_map_info){
		.type = playback_type(m->layout),
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = m->layout == MAP_TABLE_PERCPU ? m->slots * cpus : m->slots,
	};
	return fd;
}

static void playback_stop(int fd)
{
	munmap(playback.values, playback.step * playback.entries);
	free(playback.keys);
	close(fd);
}

int bpf_obj_get_info_by_fd(int fd, void *info, uint32_t *size)
{
	(void)fd;
	memcpy(info, &playback.info, *size);
	return 0;
}

/* The token is the number of the next entry. */
int bpf_map_lookup_batch(int fd, void *from, void *token, void *keys, void *values, uint32_t *count,
			 const struct bpf_map_batch_opts *options)
{
	const uint32_t first = from ? *(uint32_t *)from : 0, left = playback.entries - first;
	const size_t key_size = playback.info.key_size;

	(void)fd;
	(void)options;
	*count = *count < left ? *count : left;
	memcpy(keys, playback.keys + first * key_size, *count * key_size);
	memcpy(values, playback.values + first * playback.step, *count * playback.step);
	*(uint32_t *)token = first + *count;
	return *count == left ? -ENOENT : 0;
}

#endif
