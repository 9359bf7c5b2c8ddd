// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of programs and links by file descriptor: needs no privilege once that is held. */
#include "load/program.h"

#include <errno.h>
#include <stddef.h>

#include <bpf/bpf.h>

/* The kernel's struct bpf_link_info as far as it matters here: the headers of libbpf 1.1 do not have `missed`, which
 * both kinds of links have since 6.7 (e2b2cd592adb, 3acf8ace6823). */
struct link_info {
	__u32 type, id, program, _pad;
	union {
		struct {
			__u64 addresses;
			__u32 count, flags;
			__u64 missed;
		} kprobe_multi;
		struct {
			__u32 type, _pad;
			__u64 name;
			__u32 name_length, offset;
			__u64 address;
			__u64 missed;
		} kprobe;
	};
};

_Static_assert(offsetof(struct link_info, kprobe_multi.missed) == 32, "as in the kernel");
_Static_assert(offsetof(struct link_info, kprobe.missed) == 48, "as in the kernel");

/* enum bpf_perf_event_type of linux/bpf.h */
enum { PERF_EVENT_KPROBE = 3, PERF_EVENT_KRETPROBE = 4 };

/* -ENODATA where the link does not tell. */
static int link_missed(int fd, uint64_t *missed)
{
	struct link_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (size < sizeof(info))
		return -ENODATA;
	if (info.type == BPF_LINK_TYPE_KPROBE_MULTI)
		*missed = info.kprobe_multi.missed;
	else if (info.type == BPF_LINK_TYPE_PERF_EVENT &&
		 (info.kprobe.type == PERF_EVENT_KPROBE ||
		  info.kprobe.type == PERF_EVENT_KRETPROBE))
		*missed = info.kprobe.missed;
	else
		return -ENODATA;
	return 0;
}

bool program_link_tells(int link_fd)
{
	uint64_t missed;

	return !link_missed(link_fd, &missed);
}

int program_missed(const struct program_status *p, uint64_t *missed)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	uint64_t more = 0;
	int err = 0;

	if (bpf_obj_get_info_by_fd(p->fd, &info, &size))
		return -errno;
	if (size < offsetof(struct bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses))
		return -ENODATA;
	if (p->link_fd >= 0)
		err = link_missed(p->link_fd, &more);
	*missed = info.recursion_misses + more;
	return err;
}
