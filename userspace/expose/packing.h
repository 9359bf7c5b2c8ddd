/* SPDX-License-Identifier: GPL-2.0-only */
/* Finished bodies made smaller: HTTP's content codings. */
#ifndef EXPOSE_PACKING_H
#define EXPOSE_PACKING_H

#include "base/buffer.h"

#define PACKINGS_MAX 4

/* A content coding; a body that is not packed has NULL for it. */
struct packing {
	const char *names[2]; /* in Accept-Encoding; answers say the first */
	void *(*new)(void);
	void (*free)(void *state);
	size_t (*bound)(size_t length); /* of the packed bytes, at most */
	/* How many bytes were written to `out`; 0 where it failed. */
	size_t (*pack)(void *state, const struct buffer *body, char *out, size_t room);
};

/* Those that were built in; rows without a name follow. Among equals the last that the client names wins; a wildcard
 * stands for the first. */
extern const struct packing packings[PACKINGS_MAX];

/* "gzip"; NULL for NULL. */
const char *packing_name(const struct packing *p);

/* The states of all packings, kept from body to body. A zeroed one can be used. */
struct packer {
	void *states[PACKINGS_MAX];
};

void packer_release(struct packer *p);
/* Append the packed bytes to `out`; out->failed where there is no memory. `how` is a row of packings[]. */
void packer_pack(struct packer *p, const struct packing *how, const struct buffer *body,
		 struct buffer *out);

#endif
