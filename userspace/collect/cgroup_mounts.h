/* SPDX-License-Identifier: GPL-2.0-only */
/* Where cgroup2 is mounted: each mount shows the whole tree, or in containers a part of it. */
#ifndef COLLECT_CGROUP_MOUNTS_H
#define COLLECT_CGROUP_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_MOUNTS_MAX 8

struct cgroup_mount {
	int fd;
	bool by_handle; /* it is a cgroup2, and not something mounted over it */
	bool whole; /* it shows the tree from its root */
	char *point;
	char *top; /* the path of what is mounted, "" for the root */
};

struct cgroup_mounts {
	size_t nr;
	struct cgroup_mount mount[CGROUP_MOUNTS_MAX];
};

/* Open those that can be opened: one that shows the whole tree first. */
void cgroup_mounts_open(struct cgroup_mounts *m, const char *root);
void cgroup_mounts_close(struct cgroup_mounts *m);

#endif
