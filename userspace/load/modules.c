// SPDX-License-Identifier: GPL-2.0-only
/* A list of the modules that were asked for, also of those that are not there. */
#include "load/modules.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#define KERNEL_ITSELF "vmlinux"
#define NAME_LENGTH 256
#define PATH_LENGTH 512

struct module {
	struct module *next;
	struct btf *btf; /* with its index: NULL where it is not there */
	struct btfindex *types;
	int fd; /* 0: not asked for */
	char name[NAME_LENGTH];
};

struct modules {
	struct btf *kernel;
	char *directory;
	pthread_mutex_t lock; /* of the list and all in it */
	struct module *list;
};

struct modules *modules_new(struct btf *kernel, const char *directory)
{
	struct modules *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->kernel = kernel;
	m->directory = strdup(directory);
	pthread_mutex_init(&m->lock, NULL);
	if (m->directory)
		return m;
	modules_free(m);
	return NULL;
}

static void module_free(struct module *module)
{
	btfindex_free(module->types);
	btf__free(module->btf);
	if (module->fd > 0)
		close(module->fd);
	free(module);
}

void modules_free(struct modules *m)
{
	struct module *module;

	if (!m)
		return;
	while ((module = m->list)) {
		m->list = module->next;
		module_free(module);
	}
	free(m->directory);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

/* ---- types ---- */

static void read_types(const struct modules *m, struct module *module)
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "%s/%s", m->directory, module->name);
	module->btf = btf__parse_raw_split(path, m->kernel);
	module->types = module->btf ? btfindex_new(module->btf) : NULL;
}

/* Names come from collectors, and shall lead to no other file. */
static bool is_module(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/') && strlen(name) < NAME_LENGTH &&
	       strcmp(name, KERNEL_ITSELF) != 0;
}

static struct module *add_module(struct modules *m, const char *name)
{
	struct module *new = is_module(name) ? calloc(1, sizeof(*new)) : NULL;

	if (!new)
		return NULL;
	snprintf(new->name, sizeof(new->name), "%s", name);
	read_types(m, new);
	new->next = m->list;
	m->list = new;
	return new;
}

const struct btfindex *modules_find(struct modules *m, const char *name)
{
	struct module *module;

	pthread_mutex_lock(&m->lock);
	for (module = m->list; module && strcmp(module->name, name) != 0;)
		module = module->next;
	if (!module)
		module = add_module(m, name);
	pthread_mutex_unlock(&m->lock);
	return module ? module->types : NULL;
}

/* ---- the kernel's object ---- */

static bool is_of(int fd, const char *module)
{
	char name[NAME_LENGTH] = "";
	struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.kernel_btf &&
	       !strcmp(name, module);
}

static int open_object(const char *module)
{
	__u32 id = 0;
	int fd;

	while (!bpf_btf_get_next_id(id, &id)) {
		fd = bpf_btf_get_fd_by_id(id);
		if (fd < 0 && errno != ENOENT)
			return -errno;
		if (fd >= 0 && is_of(fd, module))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -errno;
}

int modules_fd(struct modules *m, const struct btfindex *types)
{
	struct module *module;
	int fd = -ENOENT;

	pthread_mutex_lock(&m->lock);
	for (module = m->list; module; module = module->next) {
		if (module->types != types)
			continue;
		if (module->fd <= 0)
			module->fd = open_object(module->name);
		fd = module->fd;
	}
	pthread_mutex_unlock(&m->lock);
	return fd;
}
