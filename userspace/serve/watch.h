/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether files have changed since they were read. */
#ifndef SERVE_WATCH_H
#define SERVE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define WATCH_MAX 4

struct watch_stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	int error;
};

/* Zeroed: no files. */
struct watch {
	struct watch_file {
		char *path;
		struct watch_stamp stamp;
	} files[WATCH_MAX];
	size_t nr;
	uint64_t
		young_until_ns; /* a change soon after the last one may have left no trace; 0: all are old */
};

/* Before it is read: a change from here on is seen. 0 or -ENOMEM. */
int watch_add(struct watch *w, const char *path);
void watch_clear(struct watch *w);

/* The files must be read again. *plainly is false where that is to make sure only. */
bool watch_changed(const struct watch *w, bool *plainly);

#endif
