// SPDX-License-Identifier: GPL-2.0-only
/* A module's types refer to the kernel's, names too: bytes that do not have a name themselves are parsed only where
 * the kernel's do. */
#include "kernel/modules.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/file.h"

#define KERNEL_ITSELF "vmlinux"
#define MODULE_BYTES_MAX (64 << 20)
#define NAME_LENGTH 256
#define PATH_LENGTH 512

struct module {
	char *name;
	void *bytes;
	size_t size;
	struct btf *btf; /* with its index: NULL until something may be in it */
	struct btfindex *types;
	int fd; /* 0: not asked for */
};

struct modules {
	struct btf *kernel;
	char *directory;
	pthread_mutex_t lock; /* of all below */
	bool read;
	struct module *list;
	size_t n;
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

void modules_free(struct modules *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->n; i++) {
		btfindex_free(m->list[i].types);
		btf__free(m->list[i].btf);
		if (m->list[i].fd > 0)
			close(m->list[i].fd);
		free(m->list[i].bytes);
		free(m->list[i].name);
	}
	free(m->list);
	free(m->directory);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

/* ---- reading ---- */

static int is_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, KERNEL_ITSELF) != 0;
}

static void module_path(const struct modules *m, const char *name, char out[PATH_LENGTH])
{
	snprintf(out, PATH_LENGTH, "%s/%s", m->directory, name);
}

/* One that cannot be read is left out: it may have been unloaded by now. */
static void read_module(struct modules *m, const char *name)
{
	struct module *new = &m->list[m->n];
	char path[PATH_LENGTH];

	module_path(m, name, path);
	*new = (struct module){ .name = strdup(name) };
	new->bytes = new->name ? file_load(path, MODULE_BYTES_MAX, &new->size) : NULL;
	if (new->bytes)
		m->n++;
	else
		free(new->name);
}

static void read_all(struct modules *m)
{
	struct dirent **entries = NULL;
	int n = scandir(m->directory, &entries, is_module, alphasort), i;

	m->read = true;
	m->list = n > 0 ? calloc((size_t)n, sizeof(*m->list)) : NULL;
	for (i = 0; i < n; i++) {
		if (m->list)
			read_module(m, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* ---- names ---- */

/* Whether a name is among the strings of raw BTF: before it a NUL, but for the first one of a module. */
static bool bytes_have(const void *bytes, size_t size, const char *name)
{
	struct btf_header h;
	char wanted[NAME_LENGTH + 2] = "";
	size_t length = strlen(name), start;

	if (size < sizeof(h) || length >= NAME_LENGTH)
		return false;
	memcpy(&h, bytes, sizeof(h));
	start = (size_t)h.hdr_len + h.str_off;
	if (start > size || h.str_len > size - start)
		return false;
	snprintf(wanted + 1, sizeof(wanted) - 1, "%s", name);
	if (h.str_len > length && !memcmp((const char *)bytes + start, name, length + 1))
		return true;
	return memmem((const char *)bytes + start, h.str_len, wanted, length + 2) != NULL;
}

static bool kernel_has(const struct modules *m, const char *name)
{
	uint32_t size = 0;
	const void *bytes = btf__raw_data(m->kernel, &size);

	return bytes && bytes_have(bytes, size, name);
}

/* Read once more: libbpf 1.1 declares btf__new_split(), which would take our bytes, but does not export it. */
static void parse(const struct modules *m, struct module *module)
{
	char path[PATH_LENGTH];

	module_path(m, module->name, path);
	module->btf = btf__parse_raw_split(path, m->kernel);
	module->types = module->btf ? btfindex_new(module->btf) : NULL;
}

const struct btfindex *modules_find(struct modules *m, const char *name, uint32_t kinds)
{
	const struct btfindex *found = NULL;
	struct module *module;
	bool anywhere;

	pthread_mutex_lock(&m->lock);
	if (!m->read)
		read_all(m);
	anywhere = m->n && kernel_has(m, name);
	for (module = m->list; !found && module < m->list + m->n; module++) {
		if (!anywhere && !bytes_have(module->bytes, module->size, name))
			continue;
		if (!module->btf)
			parse(m, module);
		if (module->types && btfindex_find_any(module->types, name, kinds))
			found = module->types;
	}
	pthread_mutex_unlock(&m->lock);
	return found;
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
	for (module = m->list; module < m->list + m->n; module++) {
		if (module->types != types)
			continue;
		if (module->fd <= 0)
			module->fd = open_object(module->name);
		fd = module->fd;
	}
	pthread_mutex_unlock(&m->lock);
	return fd;
}
