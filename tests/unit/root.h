/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory that stands for "/", where a test writes what /proc and /sys are to say. */
#ifndef TESTS_UNIT_ROOT_H
#define TESTS_UNIT_ROOT_H

#include <ftw.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root_path[] = "/tmp/bpf_exporter_root_XXXXXX";

/* Set-up of a group of tests. */
static inline int root_make(void **state)
{
	(void)state;
	return mkdtemp(root_path) ? 0 : -1;
}

static inline int root_remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

/* Tear-down of a group of tests. */
static inline int root_remove(void **state)
{
	(void)state;
	return nftw(root_path, root_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Write a file below the root, with the directories that lead to it. */
static inline void root_write(const char *path, const void *bytes, size_t size)
{
	char full[PATH_MAX];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root_path, path);
	for (char *slash = full + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static inline void root_puts(const char *path, const char *text)
{
	root_write(path, text, strlen(text));
}

#endif
