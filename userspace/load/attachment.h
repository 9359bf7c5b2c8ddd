/* SPDX-License-Identifier: GPL-2.0-only */
/* What holds one program attached: links of libbpf and descriptors, as many as its way to attach needs. */
#ifndef LOAD_ATTACHMENT_H
#define LOAD_ATTACHMENT_H

#include <stddef.h>

struct bpf_link;
struct attachment_part;

/* Zeroed: nothing is attached. */
struct attachment {
	struct attachment_part *parts;
	size_t n;
};

/* Detach, the last one first. */
void attachment_release(struct attachment *a);

/* Take a link or a descriptor over, also on failure. 0 or -errno; that of errno where there is none to take
 * (NULL, -1). */
int attachment_add_link(struct attachment *a, struct bpf_link *link);
int attachment_add_fd(struct attachment *a, int fd);

/* The descriptor of the first part; -1 where nothing is attached. */
int attachment_fd(const struct attachment *a);

#endif
