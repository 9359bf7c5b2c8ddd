/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files read whole: /proc, /sys, objects. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"

/* Up to capacity - 1 bytes of a file, ended by NUL: the length, or -errno (-EFBIG where it is
 * longer). For /proc and /sys. */
ssize_t file_read(const char *path, char *out, size_t capacity);
/* A whole file of at most `ceiling` bytes in fresh memory that the caller frees (NUL-ended beyond
 * *size); NULL and errno. */
void *file_load(const char *path, size_t ceiling, size_t *size);
/* The same of a file that a user names; NULL with *e ("cannot be read: ...") and errno. It must be a regular file: a FIFO, which
 * may never have a writer, and a device are refused without a wait. What has no size is taken as empty, unread: the
 * streams of tracefs, which would be lost to others. */
void *file_load_stored(const char *path, size_t ceiling, size_t *size, struct error *e);
/* The same of a file that can do as much as this program: one that file_check_owned() refuses is not read. */
void *file_load_owned(const char *path, size_t ceiling, size_t *size, struct error *e);

/* Whether only root and this process's user can change a file or a directory: one of them owns it, and neither its group
 * (with the entries of access control lists) nor others may write it. 0; -EPERM with *e, which says what to do. */
int file_check_owned(const struct stat *s, struct error *e);

#endif
