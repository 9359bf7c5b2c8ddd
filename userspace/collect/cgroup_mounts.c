// SPDX-License-Identifier: GPL-2.0-only
/* Reads /proc/self/mountinfo for cgroup2. */
#include "collect/cgroup_mounts.h"

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

#define MOUNTINFO_MAX (16U << 20) /* bytes */
#define ROOT_INODE 1 /* of the tree of cgroup2, not of a part of it */

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

/* Part "41 31 0:38 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw": its fourth and fifth field. False where it is of
 * another type. */
static bool parse_line(char *line, char **top, char **point)
{
	char *type = strstr(line, " - "), *rest = NULL;

	if (!type || strncmp(type + 3, "cgroup2 ", 8))
		return false;
	*type = 0;
	for (int skipped = 0; skipped < 3; skipped++)
		strtok_r(skipped ? NULL : line, " ", &rest);
	*top = strtok_r(NULL, " ", &rest);
	*point = strtok_r(NULL, " ", &rest);
	if (!*top || !*point || **top != '/' || **point != '/')
		return false;
	unescape(*top);
	unescape(*point);
	return true;
}

static void open_mount(struct cgroup_mounts *m, const char *root, const char *top,
		       const char *point)
{
	struct cgroup_mount *new = &m->mount[m->nr];
	char path[PATH_MAX];
	struct statfs fs;
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s%s", root, point);

	if (n >= (int)sizeof(path))
		return;
	new->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new->fd < 0)
		return;
	new->by_handle = !fstatfs(new->fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
	new->whole = new->by_handle && !fstat(new->fd, &st) && st.st_ino == ROOT_INODE;
	new->point = strdup(path);
	new->top = strdup(new->whole || !strcmp(top, "/") ? "" : top);
	if (!new->point || !new->top) { /* no memory: as if it were not mounted */
		free(new->point);
		free(new->top);
		close(new->fd);
		return;
	}
	m->nr++;
}

static void whole_first(struct cgroup_mounts *m)
{
	for (size_t i = 1; i < m->nr && !m->mount[0].whole; i++) {
		struct cgroup_mount first = m->mount[0];

		if (!m->mount[i].whole)
			continue;
		m->mount[0] = m->mount[i];
		m->mount[i] = first;
	}
}

void cgroup_mounts_open(struct cgroup_mounts *m, const char *root)
{
	char path[PATH_MAX], *mounts, *line, *rest, *top, *point;
	size_t size;
	int n = snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);

	*m = (struct cgroup_mounts){ .nr = 0 };
	mounts = n < (int)sizeof(path) ? file_load(path, MOUNTINFO_MAX, &size) : NULL;
	for (line = mounts; line && m->nr < CGROUP_MOUNTS_MAX; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = 0;
		if (parse_line(line, &top, &point))
			open_mount(m, root, top, point);
	}
	free(mounts);
	whole_first(m);
}

void cgroup_mounts_close(struct cgroup_mounts *m)
{
	for (size_t i = 0; i < m->nr; i++) {
		close(m->mount[i].fd);
		free(m->mount[i].point);
		free(m->mount[i].top);
	}
	m->nr = 0;
}
