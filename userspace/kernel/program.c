// SPDX-License-Identifier: GPL-2.0-only
/* Program information by file descriptor: needs no privilege once the descriptor is held. */
#include "kernel/program.h"

#include <errno.h>
#include <stddef.h>

#include <bpf/bpf.h>

int program_missed(int fd, uint64_t *missed)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (size < offsetof(struct bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses))
		return -ENODATA;
	*missed = info.recursion_misses;
	return 0;
}
