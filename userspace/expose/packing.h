/* SPDX-License-Identifier: GPL-2.0-only */
/* Finished bodies made smaller: HTTP's content codings. */
#ifndef EXPOSE_PACKING_H
#define EXPOSE_PACKING_H

#include "base/buffer.h"

enum packing { PACKING_NONE, PACKING_GZIP };

/* "gzip"; NULL for PACKING_NONE. */
const char *packing_name(enum packing p);

/* The state of a packer, kept from body to body. A zeroed one can be used. */
struct packer {
	void *gzip;
};

void packer_release(struct packer *p);
/* Append the packed bytes to `out`; out->failed where there is no memory. */
void packer_gzip(struct packer *p, const struct buffer *body, struct buffer *out);

#endif
