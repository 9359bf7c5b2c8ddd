// SPDX-License-Identifier: GPL-2.0-only
/* Asks by file handle where the kernel allows it, and walks the tree where it does not. */
#include "collect/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/namecache.h"

#define CGROUP_PATHS_MAX 16384
#define CGROUP_PATH_BYTES_MAX (2U << 20) /* of all paths remembered */
#define CGROUP_DEPTH_MAX 32 /* levels walked */
#define MOUNTINFO_MAX (16U << 20) /* bytes */
#define HANDLE_KERNFS 0xfe /* FILEID_KERNFS: the 64-bit id alone, since Linux 5.5 */

struct cgroups {
	int fd; /* of the mount point; -1 where there is none */
	bool by_handle; /* it is a cgroup2, and not something mounted over it */
	bool walked;
	char mount[PATH_MAX];
	struct namecache *paths;
};

/* ---- where cgroup2 is mounted ---- */

/* Octal escapes of blanks and backslashes, as mountinfo has them: in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		unsigned int code;
		int used = 0;

		/* NOLINTNEXTLINE(cert-err34-c): three digits fit */
		if (*s == '\\' && sscanf(s, "\\%3o%n", &code, &used) == 1 && used == 4 && code) {
			*out++ = (char)code;
			s += used;
		} else {
			*out++ = *s++;
		}
	}
	*out = 0;
}

/* The fifth field of "41 31 0:38 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw"; NULL where it
 * is of another type. */
static char *mount_point(char *line)
{
	char *type = strstr(line, " - "), *field = line;

	if (!type || strncmp(type + 3, "cgroup2 ", 8))
		return NULL;
	*type = 0;
	for (int skipped = 0; field && skipped < 4; skipped++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	if (!field || *field != '/')
		return NULL;
	field[strcspn(field, " ")] = 0;
	unescape(field);
	return field;
}

static bool find_mount(struct cgroups *c, const char *root)
{
	char path[PATH_MAX], *mounts, *line, *rest, *point = NULL;
	size_t size;
	int n;

	n = snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	mounts = n < (int)sizeof(path) ? file_load(path, MOUNTINFO_MAX, &size) : NULL;
	for (line = mounts; line && !point; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = 0;
		point = mount_point(line);
	}
	n = point ? snprintf(c->mount, sizeof(c->mount), "%s%s", root, point) : 0;
	free(mounts);
	return n > 0 && n < (int)sizeof(c->mount);
}

struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *c = calloc(1, sizeof(*c));
	struct statfs fs;

	if (!c)
		return NULL;
	c->fd = -1;
	c->paths = namecache_new(CGROUP_PATHS_MAX, CGROUP_PATH_BYTES_MAX);
	if (!c->paths) {
		cgroups_free(c);
		return NULL;
	}
	if (find_mount(c, root))
		c->fd = open(c->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd < 0)
		log_event(LOG_WARN, "cgroups cannot be named and stay numbers", "reason",
			  "no cgroup2 file system is mounted that can be opened", NULL);
	else
		c->by_handle = !fstatfs(c->fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	namecache_free(c->paths);
	free(c);
}

void cgroups_settle(struct cgroups *c)
{
	c->walked = false;
}

/* ---- by handle ---- */

/* The path behind an open directory, below the mount. */
static int path_of(const struct cgroups *c, int fd, char *out, size_t capacity)
{
	static const char deleted[] = " (deleted)";
	const size_t mount = strlen(c->mount);
	char link[64], target[PATH_MAX];
	const char *path = target;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	if (n >= (ssize_t)strlen(deleted) && !strcmp(target + n - strlen(deleted), deleted))
		return -ESTALE;
	/* Outside of what is mounted (in a container) the kernel tells the whole path. */
	if (!strncmp(target, c->mount, mount) && (!target[mount] || target[mount] == '/'))
		path += mount;
	snprintf(out, capacity, "%s", *path ? path : "/");
	return 0;
}

/* 0; -ESTALE where no cgroup has this id (none will: ids are not used again); another -errno where
 * it cannot be asked in this way. */
static int ask_by_handle(struct cgroups *c, uint64_t id, char *out, size_t capacity)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = HANDLE_KERNFS } };
	int fd, err;

	memcpy(h.room + offsetof(struct file_handle, f_handle), &id, sizeof(id));
	fd = open_by_handle_at(c->fd, &h.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = path_of(c, fd, out, capacity);
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

/* Remember all paths there are, as far as there is room. */
static void walk_tree(struct cgroups *c)
{
	struct walk w = { .paths = c->paths };
	struct stat top;

	/* Full of what was, it would have no room for what is. */
	if (!namecache_has_room(c->paths, sizeof(w.path)))
		namecache_clear(c->paths);
	if (!fstat(c->fd, &top))
		namecache_put(c->paths, top.st_ino, "/");
	walk_directory(&w, c->fd, ".", 0);
	c->walked = true;
}

/* ---- both ---- */

const char *cgroups_path(struct cgroups *c, uint64_t id, bool *gone)
{
	const char *known = namecache_find(c->paths, id);
	char path[PATH_MAX];
	int err;

	*gone = false;
	if (known || c->fd < 0)
		return known;
	err = c->by_handle ? ask_by_handle(c, id, path, sizeof(path)) : -EOPNOTSUPP;
	if (!err) {
		namecache_put(c->paths, id, path);
		return namecache_find(c->paths, id);
	}
	if (err == -ESTALE) {
		*gone = true;
		return NULL;
	}
	if (!c->walked)
		walk_tree(c);
	return namecache_find(c->paths, id);
}
