// SPDX-License-Identifier: GPL-2.0-only
/* An iterator runs while somebody reads it. */
#include "load/iterate.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* EAGAIN: the kernel pauses after a million objects that printed nothing. */
static bool goes_on(ssize_t n)
{
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

int iterate(int link_fd)
{
	int fd = bpf_iter_create(link_fd), err = 0;
	char thrown_away[4096];
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = read(fd, thrown_away, sizeof(thrown_away));
	while (goes_on(n));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}
