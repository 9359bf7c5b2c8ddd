/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether files have changed since they were read. */
#ifndef WEBCONFIG_FILEWATCH_H
#define WEBCONFIG_FILEWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define FILEWATCH_MAX 4

struct filewatch_stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	int error;
};

/* Zeroed: no files. */
struct filewatch {
	struct filewatch_file {
		char *path;
		struct filewatch_stamp stamp;
	} files[FILEWATCH_MAX];
	size_t nr;
	uint64_t
		young_until_ns; /* a change soon after the last one may have left no trace; 0: all are old */
};

/* Before it is read: a change from here on is seen. 0 or -ENOMEM. */
int filewatch_add(struct filewatch *w, const char *path);
void filewatch_clear(struct filewatch *w);

/* The files must be read again. *plainly is false where that is to make sure only. */
bool filewatch_changed(const struct filewatch *w, bool *plainly);

#endif
