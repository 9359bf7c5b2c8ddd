// SPDX-License-Identifier: GPL-2.0-only
/* Loads bpf/hashwalk.bpf.c for one map, runs it piece by piece. */
#include "read/hashwalk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/embedded.h"
#include "load/corebtf.h"
#include "load/library.h"
#include "read/hashwalk_state.h"

#define TRIES_MAX 100 /* runs that get no further */

struct hashwalk {
	int program;
	struct hashwalk_state *state;
	uint32_t value; /* bytes from a key to its value */
	uint32_t stride; /* from one entry to the next */
};

extern const struct embedded hashwalk_object; /* of embed.S */

static uint32_t round_up(uint32_t n)
{
	return (n + 7) & ~7u;
}

/* ---- loading ---- */

static struct bpf_object *hashwalk_open(int types_fd)
{
	char types[32];
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "hashwalk",
		    .btf_custom_path = types);

	snprintf(types, sizeof(types), "/proc/self/fd/%d", types_fd);
	library_setup();
	return bpf_object__open_mem(hashwalk_object.elf, hashwalk_object.size, &options);
}

static int hashwalk_load(const struct hashwalk *w, struct bpf_object *o, int map_fd)
{
	struct library_capture watch = { 0 }; /* keeps the reason from the log: batches will do */
	struct bpf_map *rodata = bpf_object__find_map_by_name(o, ".rodata");
	int err;

	library_capture(&watch);
	err = bpf_map__set_initial_value(rodata, &w->stride, sizeof(w->stride));
	if (!err)
		err = bpf_map__reuse_fd(bpf_object__find_map_by_name(o, "walked"), map_fd);
	if (!err)
		err = bpf_object__load(o);
	library_capture(NULL);
	return err;
}

/* What outlives libbpf's object: the program, and the memory that it shares with us. */
static int hashwalk_keep(struct hashwalk *w, const struct bpf_object *o)
{
	const int program = bpf_program__fd(bpf_object__find_program_by_name(o, "walk"));
	const int bss = bpf_map__fd(bpf_object__find_map_by_name(o, ".bss"));

	w->program = fcntl(program, F_DUPFD_CLOEXEC, 0);
	if (w->program < 0)
		return -errno;
	w->state = mmap(NULL, sizeof(*w->state), PROT_READ | PROT_WRITE, MAP_SHARED, bss, 0);
	if (w->state != MAP_FAILED)
		return 0;
	w->state = NULL;
	return -errno;
}

static int hashwalk_prepare(struct hashwalk *w, int map_fd, const struct btfindex *kernel)
{
	struct bpf_map_info info = { 0 };
	struct bpf_object *o;
	uint32_t size = sizeof(info);
	int types, err;

	if (bpf_obj_get_info_by_fd(map_fd, &info, &size))
		return -errno;
	w->value = round_up(info.key_size);
	w->stride = w->value + round_up(info.value_size);
	if (w->stride > HASHWALK_ENTRY_MAX)
		return -E2BIG;
	types = corebtf_make(hashwalk_object.elf, hashwalk_object.size, kernel);
	if (types < 0)
		return types;
	o = hashwalk_open(types);
	err = o ? hashwalk_load(w, o, map_fd) : -errno;
	if (!err)
		err = hashwalk_keep(w, o);
	bpf_object__close(o);
	close(types);
	return err;
}

int hashwalk_new(struct hashwalk **out, int map_fd, const struct btfindex *kernel)
{
	struct hashwalk *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->program = -1;
	err = hashwalk_prepare(w, map_fd, kernel);
	if (err)
		hashwalk_free(w);
	else
		*out = w;
	return err;
}

void hashwalk_free(struct hashwalk *w)
{
	if (!w)
		return;
	if (w->program >= 0)
		close(w->program);
	if (w->state)
		munmap(w->state, sizeof(*w->state));
	free(w);
}

/* ---- walking ---- */

/* As many buckets as find room. -ELOOP where not one does, even if who changes it, and may have lost its CPU in the
 * middle of that, gets time. */
static int hashwalk_step(struct hashwalk *w)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	const uint32_t bucket = w->state->bucket;
	int err;

	for (int i = 0; i < TRIES_MAX; i++) {
		err = bpf_prog_test_run_opts(w->program, &run);
		if (err || w->state->bucket != bucket)
			return err;
		sched_yield();
	}
	return -ELOOP;
}

int hashwalk_run(struct hashwalk *w, hashwalk_fn fn, void *context)
{
	const struct hashwalk_state *s = w->state;
	int err;

	w->state->bucket = 0;
	do {
		err = hashwalk_step(w);
		if (err)
			return err;
		for (uint32_t at = 0; at < s->length; at += w->stride)
			fn(context, s->copies + at, s->copies + at + w->value);
	} while (s->bucket < s->buckets);
	return 0;
}
