// SPDX-License-Identifier: GPL-2.0-only
/* Files of /proc and /sys tell no size, so everything is read to its end. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_CAPACITY 4096

/* Fill out[capacity] from fd until the file ends or the room does: bytes read, or -errno. */
static ssize_t read_full(int fd, char *out, size_t capacity)
{
	size_t length = 0;

	while (length < capacity) {
		ssize_t n = read(fd, out + length, capacity - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		length += (size_t)n;
	}
	return (ssize_t)length;
}

ssize_t file_read(const char *path, char *out, size_t capacity)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read_full(fd, out, capacity);
	close(fd);
	if (length >= (ssize_t)capacity) {
		out[capacity - 1] = '\0';
		return -EFBIG;
	}
	if (length >= 0)
		out[length] = '\0';
	return length;
}

/* Read all of fd into memory that doubles as needed, with one byte to spare for NUL. */
static char *load_fd(int fd, size_t ceiling, size_t *size)
{
	size_t capacity = ceiling < FIRST_CAPACITY ? ceiling + 1 : FIRST_CAPACITY;
	size_t length = 0;
	char *data = NULL;

	for (;;) {
		char *grown = realloc(data, capacity);
		ssize_t n = grown ? read_full(fd, grown + length, capacity - length) : -ENOMEM;

		data = grown ? grown : data;
		if (n < 0) {
			free(data);
			errno = (int)-n;
			return NULL;
		}
		length += (size_t)n;
		if (length < capacity)
			break;
		if (capacity > ceiling) {
			free(data);
			errno = EFBIG;
			return NULL;
		}
		capacity = capacity > ceiling / 2 ? ceiling + 1 : capacity * 2;
	}
	data[length] = '\0';
	*size = length;
	return data;
}

void *file_load(const char *path, size_t ceiling, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data;
	int err;

	if (fd < 0)
		return NULL;
	data = load_fd(fd, ceiling, size);
	err = errno;
	close(fd);
	errno = err;
	return data;
}

/* What a file system makes up while it is read has no size. */
static int open_stored(const char *path, struct stat *st, struct error *e)
{
	/* To open a device can do something already, so the first look is at the name. */
	int fd = stat(path, st) ? -errno : -EINVAL;

	if (fd == -EINVAL && S_ISREG(st->st_mode))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	else if (fd == -EINVAL)
		return error_set(e, fd, "not a regular file: -EINVAL");
	if (fd == -1)
		fd = -errno;
	if (fd >= 0 && (fstat(fd, st) || !S_ISREG(st->st_mode))) {
		close(fd);
		return error_set(e, -EINVAL, "not a regular file: -EINVAL");
	}
	return fd < 0 ? error_set(e, fd, "cannot be read: -%s", error_name(fd)) : fd;
}

int file_check_owned(const struct stat *s, struct error *e)
{
	if ((!s->st_uid || s->st_uid == geteuid()) && !(s->st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	return error_set(e, -EPERM,
			 "other users can change it: -EPERM; make root its owner and run "
			 "chmod go-w on it");
}

static void *load_stored(const char *path, size_t ceiling, size_t *size, bool owned,
			 struct error *e)
{
	struct stat st;
	const int fd = open_stored(path, &st, e);
	char *data = NULL;
	int err;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	*size = 0;
	err = owned ? -file_check_owned(&st, e) : 0;
	if (!err) {
		data = st.st_size ? load_fd(fd, ceiling, size) : calloc(1, 1);
		err = errno;
		if (!data)
			error_set(e, -err, "cannot be read: -%s", error_name(err));
	}
	close(fd);
	errno = err;
	return data;
}

void *file_load_stored(const char *path, size_t ceiling, size_t *size, struct error *e)
{
	return load_stored(path, ceiling, size, false, e);
}

void *file_load_owned(const char *path, size_t ceiling, size_t *size, struct error *e)
{
	return load_stored(path, ceiling, size, true, e);
}
