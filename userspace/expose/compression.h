/* SPDX-License-Identifier: GPL-2.0-only */
/* Finished bodies made smaller: HTTP's content codings. */
#ifndef EXPOSE_COMPRESSION_H
#define EXPOSE_COMPRESSION_H

#include "base/buffer.h"

#define COMPRESSIONS_MAX 4

/* A content coding; a body that is not packed has NULL for it. */
struct compression {
	const char *names[2]; /* in Accept-Encoding; answers say the first */
	void *(*new)(void);
	void (*free)(void *state);
	size_t (*bound)(size_t length); /* of the packed bytes, at most */
	/* How many bytes were written to `out`; 0 where it failed. */
	size_t (*pack)(void *state, const struct buffer *body, char *out, size_t room);
};

/* Those that were built in; rows without a name follow. Among equals the last that the client names wins; a wildcard
 * stands for the first. */
extern const struct compression compressions[COMPRESSIONS_MAX];

/* "gzip"; NULL for NULL. */
const char *compression_name(const struct compression *p);

/* The states of all compressions, kept from body to body. A zeroed one can be used. */
struct compressor {
	void *states[COMPRESSIONS_MAX];
};

void compressor_release(struct compressor *p);
/* Append the packed bytes to `out`; out->failed where there is no memory. `how` is a row of compressions[]. */
void compressor_run(struct compressor *p, const struct compression *how, const struct buffer *body,
		    struct buffer *out);

#endif
