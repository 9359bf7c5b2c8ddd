/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files read whole: /proc, /sys, objects. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Up to capacity - 1 bytes of a file, ended by NUL: the length, or -errno (-EFBIG where it is
 * longer). For /proc and /sys. */
ssize_t file_read(const char *path, char *out, size_t capacity);
/* A whole file of at most `ceiling` bytes in fresh memory that the caller frees (NUL-ended beyond
 * *size); NULL and errno. */
void *file_load(const char *path, size_t ceiling, size_t *size);

#endif
