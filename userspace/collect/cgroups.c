// SPDX-License-Identifier: GPL-2.0-only
/* Asks by file handle where the kernel allows it, and walks the tree where it does not. */
#include "collect/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/namecache.h"
#include "collect/cgroup_mounts.h"

#define CGROUP_PATHS_MAX 16384
#define CGROUP_PATH_BYTES_MAX (2U << 20) /* of all paths remembered */
#define CGROUP_DEPTH_MAX 32 /* levels walked */
#define HANDLE_KERNFS 0xfe /* FILEID_KERNFS: the 64-bit id alone, since Linux 5.5 */

struct cgroups {
	struct cgroup_mounts mounts;
	bool walked;
	unsigned int walks;
	struct namecache *paths;
	struct namecache *missing; /* ids that were not found, and by which walk */
};

struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->paths = namecache_new(CGROUP_PATHS_MAX, CGROUP_PATH_BYTES_MAX);
	c->missing = namecache_new(CGROUP_PATHS_MAX, CGROUP_PATHS_MAX * sizeof("4294967295"));
	if (!c->paths || !c->missing) {
		cgroups_free(c);
		return NULL;
	}
	cgroup_mounts_open(&c->mounts, root);
	if (!c->mounts.nr)
		log_event(LOG_WARN, "cannot resolve cgroup ids to paths: labels show numbers",
			  "reason", "no mounted cgroup2 file system can be opened", NULL);
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	cgroup_mounts_close(&c->mounts);
	namecache_free(c->paths);
	namecache_free(c->missing);
	free(c);
}

void cgroups_settle(struct cgroups *c)
{
	c->walked = false;
}

/* ---- by handle ---- */

/* The path behind an open directory. -EXDEV where it lies outside of what is mounted: in a private cgroup namespace the
 * kernel calls all of those "/". */
static int path_of(const struct cgroup_mount *m, int fd, char *out, size_t capacity)
{
	static const char deleted[] = " (deleted)";
	const size_t mount = strlen(m->point);
	char link[64], target[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	if (n >= (ssize_t)strlen(deleted) && !strcmp(target + n - strlen(deleted), deleted))
		return -ESTALE;
	if (strncmp(target, m->point, mount) || (target[mount] && target[mount] != '/'))
		return -EXDEV;
	if (snprintf(out, capacity, "%s%s", m->top, target + mount) >= (int)capacity)
		return -ENAMETOOLONG;
	if (!*out)
		memcpy(out, "/", sizeof("/"));
	return 0;
}

/* 0; -ESTALE where no cgroup has this id (none will: ids are not used again); -EXDEV where it is not in this mount;
 * another -errno where it cannot be asked in this way. */
static int ask_by_handle(const struct cgroup_mount *m, uint64_t id, char *out, size_t capacity)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = HANDLE_KERNFS } };
	int fd, err;

	memcpy(h.room + offsetof(struct file_handle, f_handle), &id, sizeof(id));
	fd = open_by_handle_at(m->fd, &h.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = path_of(m, fd, out, capacity);
	close(fd);
	return err;
}

/* ---- by walking ---- */

struct walk {
	struct namecache *paths;
	char path[PATH_MAX]; /* of the directory being read, below the mount */
	size_t length;
};

static void walk_directory(struct walk *w, int parent, const char *name, int depth);

/* Remember a subdirectory and go down into it. */
static bool walk_entry(struct walk *w, int fd, const struct dirent *entry, int depth)
{
	const size_t length = w->length, n = strlen(entry->d_name);

	if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || length + n + 2 > sizeof(w->path))
		return true;
	if (!namecache_has_room(w->paths, length + n + 1))
		return false;
	w->path[length] = '/';
	memcpy(w->path + length + 1, entry->d_name, n + 1);
	w->length += n + 1;
	namecache_put(w->paths, entry->d_ino, w->path);
	walk_directory(w, fd, entry->d_name, depth + 1);
	w->length = length;
	w->path[length] = 0;
	return true;
}

static void walk_directory(struct walk *w, int parent, const char *name, int depth)
{
	const struct dirent *entry;
	DIR *directory;
	int fd;

	if (depth > CGROUP_DEPTH_MAX)
		return;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory)))
		if (!walk_entry(w, fd, entry, depth))
			break;
	closedir(directory);
}

/* Remember all paths below a mount, as far as there is room. */
static void walk_mount(struct cgroups *c, const struct cgroup_mount *m)
{
	struct walk w = { .paths = c->paths, .length = strlen(m->top) };
	struct stat top;

	if (w.length >= sizeof(w.path))
		return;
	memcpy(w.path, m->top, w.length + 1);
	if (!fstat(m->fd, &top))
		namecache_put(c->paths, top.st_ino, *m->top ? m->top : "/");
	walk_directory(&w, m->fd, ".", 0);
}

static void walk_mounts(struct cgroups *c)
{
	/* Full of what was, it would have no room for what is. */
	if (!namecache_has_room(c->paths, PATH_MAX))
		namecache_clear(c->paths);
	for (size_t i = 0; i < c->mounts.nr; i++) {
		walk_mount(c, &c->mounts.mount[i]);
		if (c->mounts.mount[i].whole)
			break;
	}
	c->walked = true;
	c->walks++;
}

/* A cgroup that was there before a walk, and that it did not find, no later one will: it has gone, or lies outside. */
static bool is_gone(struct cgroups *c, uint64_t id)
{
	const char *missed = namecache_find(c->missing, id);
	char walk[16];

	snprintf(walk, sizeof(walk), "%u", c->walks);
	if (missed)
		return strcmp(missed, walk) != 0;
	namecache_put(c->missing, id, walk);
	return false;
}

static const char *path_by_walking(struct cgroups *c, uint64_t id, bool *gone)
{
	const char *path;

	if (!c->walked)
		walk_mounts(c);
	path = namecache_find(c->paths, id);
	*gone = !path && is_gone(c, id);
	return path;
}

/* ---- both ---- */

const char *cgroups_path(struct cgroups *c, uint64_t id, bool *gone)
{
	const char *known = namecache_find(c->paths, id);
	char path[PATH_MAX];
	int err = -EXDEV;

	*gone = false;
	if (known || !c->mounts.nr)
		return known;
	for (size_t i = 0; i < c->mounts.nr && err == -EXDEV; i++)
		err = c->mounts.mount[i].by_handle
			      ? ask_by_handle(&c->mounts.mount[i], id, path, sizeof(path))
			      : -EOPNOTSUPP;
	if (!err) {
		namecache_put(c->paths, id, path);
		return namecache_find(c->paths, id);
	}
	*gone = err == -ESTALE || err == -EXDEV;
	return *gone ? NULL : path_by_walking(c, id, gone);
}
