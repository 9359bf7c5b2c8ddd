// SPDX-License-Identifier: GPL-2.0-only
/* Fills a map of a running process from outside, or reads it, for tests and benchmarks.
 *
 *	mapfill PID MAP put N        keys 0 to N-1 (the key's first 32 bits; all others zero), value 1 + the number
 *	mapfill PID MAP key HEX...   one key of the given bytes (padded with zeros), value 1, for each argument
 *	mapfill PID MAP batches N    read all of it N times by BPF_MAP_LOOKUP_BATCH; prints the CPU time of each, in ns
 *	mapfill PID MAP churn N      insert and delete keys N, N+1, ... until standard input ends; prints how many
 *
 * The map is found among the file descriptors of the process by its kernel name.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"

#define BATCH 1024 /* entries: a larger one gains nothing */

static struct bpf_map_info info;
static char value[65536], key[512];

static unsigned int map_id_of(const char *pid, const char *fd)
{
	char path[300], line[256];
	unsigned int id = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "map_id: %u", &id) == 1)
			break;
	if (f)
		fclose(f);
	return id;
}

static int find_map(const char *pid, const char *name)
{
	char path[300];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		unsigned int id = map_id_of(pid, d->d_name), size = sizeof(info);
		int fd = id ? bpf_map_get_fd_by_id(id) : -1;

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    !strcmp(info.name, name)) {
			closedir(dir);
			return fd;
		}
	}
	if (dir)
		closedir(dir);
	fprintf(stderr, "mapfill: process %s has no map '%s'\n", pid, name);
	exit(1);
}

static void set_value(uint64_t v)
{
	size_t copies = 1;

	if (info.type == BPF_MAP_TYPE_PERCPU_HASH || info.type == BPF_MAP_TYPE_PERCPU_ARRAY)
		copies = (size_t)libbpf_num_possible_cpus();
	memset(value, 0, info.value_size * copies);
	for (size_t i = 0; i < copies && info.value_size >= sizeof(v); i++)
		memcpy(value + i * ((info.value_size + 7) & ~7U), &v, sizeof(v));
}

static void put(int fd, uint32_t n)
{
	memset(key, 0, sizeof(key));
	memcpy(key, &n, sizeof(n));
	set_value(n + 1ULL);
	if (bpf_map_update_elem(fd, key, value, BPF_ANY)) {
		fprintf(stderr, "mapfill: key %u: %s\n", n, strerror(errno));
		exit(1);
	}
}

static void put_bytes(int fd, const char *hex)
{
	memset(key, 0, sizeof(key));
	for (size_t i = 0; hex[2 * i] && hex[2 * i + 1] && i < sizeof(key); i++)
		sscanf(hex + 2 * i, "%2hhx", (unsigned char *)&key[i]);
	set_value(1);
	if (bpf_map_update_elem(fd, key, value, BPF_ANY)) {
		fprintf(stderr, "mapfill: %s: %s\n", hex, strerror(errno));
		exit(1);
	}
}

/* The kernel's own way to copy a map, and nothing else. The kernel refuses where a bucket does not fit. */
static void read_batches(int fd)
{
	const size_t copies =
		info.type == BPF_MAP_TYPE_PERCPU_HASH ? (size_t)libbpf_num_possible_cpus() : 1;
	char *keys = calloc(BATCH, info.key_size),
	     *values = calloc(BATCH, copies * ((info.value_size + 7) & ~7U));
	const uint64_t began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint32_t token, *from = NULL, count;
	int err;

	do {
		count = BATCH;
		err = bpf_map_lookup_batch(fd, from, &token, keys, values, &count, NULL);
		from = &token;
	} while (!err);
	if (err != -ENOENT) {
		fprintf(stderr, "mapfill: reading a batch: %s\n", strerror(-err));
		exit(1);
	}
	printf("%llu\n", (unsigned long long)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - began));
	free(keys);
	free(values);
}

/* A window of 1000 keys moves upwards: each is there for a while and never comes again. */
static void churn(int fd, uint32_t first)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	uint32_t n = first;

	do {
		for (int i = 0; i < 100; i++, n++) {
			put(fd, n);
			if (n - first < 1000)
				continue;
			memset(key, 0, sizeof(key));
			memcpy(key, &(uint32_t){ n - 1000 }, sizeof(n));
			bpf_map_delete_elem(fd, key);
		}
	} while (!poll(&in, 1, 0));
	printf("%u\n", n - first);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 5)
		return fprintf(stderr,
			       "usage: mapfill PID MAP put|key|batches|churn ARGUMENT...\n"),
		       2;
	fd = find_map(argv[1], argv[2]);
	if (!strcmp(argv[3], "put"))
		for (uint32_t n = 0; n < strtoul(argv[4], NULL, 10); n++)
			put(fd, n);
	else if (!strcmp(argv[3], "key"))
		for (int i = 4; i < argc; i++)
			put_bytes(fd, argv[i]);
	else if (!strcmp(argv[3], "batches"))
		for (unsigned long n = strtoul(argv[4], NULL, 10); n; n--)
			read_batches(fd);
	else
		churn(fd, (uint32_t)strtoul(argv[4], NULL, 10));
	return 0;
}
