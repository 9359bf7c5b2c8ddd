// SPDX-License-Identifier: GPL-2.0-only
/* A growing list: a CPU's samples are a part each. */
#include "load/attachment.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/libbpf.h>

struct attachment_part {
	struct bpf_link *link; /* or NULL, */
	int fd; /* then this */
};

static void part_release(const struct attachment_part *p)
{
	if (p->link)
		bpf_link__destroy(p->link);
	else
		close(p->fd);
}

void attachment_release(struct attachment *a)
{
	while (a->n)
		part_release(&a->parts[--a->n]);
	free(a->parts);
	a->parts = NULL;
}

static int attachment_add(struct attachment *a, struct attachment_part new)
{
	struct attachment_part *grown = reallocarray(a->parts, a->n + 1, sizeof(*grown));

	if (!grown) {
		part_release(&new);
		return -ENOMEM;
	}
	a->parts = grown;
	a->parts[a->n++] = new;
	return 0;
}

int attachment_add_link(struct attachment *a, struct bpf_link *link)
{
	return link ? attachment_add(a, (struct attachment_part){ .link = link }) : -errno;
}

int attachment_add_fd(struct attachment *a, int fd)
{
	return fd < 0 ? -errno : attachment_add(a, (struct attachment_part){ .fd = fd });
}

int attachment_fd(const struct attachment *a)
{
	if (!a->n)
		return -1;
	return a->parts[0].link ? bpf_link__fd(a->parts[0].link) : a->parts[0].fd;
}
