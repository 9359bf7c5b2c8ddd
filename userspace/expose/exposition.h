/* SPDX-License-Identifier: GPL-2.0-only */
/* A scrape from request to finished body: collects, encodes, and lets those who ask at the same time share.
 *
 * A caller that finds a scrape under way waits and shares, with all others that wait, the one that begins
 * after it: every body is younger than its request. Bodies are counted and immutable; their memory
 * is used again.
 */
#ifndef EXPOSE_EXPOSITION_H
#define EXPOSE_EXPOSITION_H

#include <stddef.h>

#include "base/error.h"
#include "expose/encoder.h"
#include "expose/packing.h"

struct exposition;
struct registry;
struct selection;

/* What makes two scrapes the same, so that they share a body. */
struct pass_key {
	const struct encoder *encoder;
	const struct packing *packing; /* NULL: as it is */
	const struct selection
		*selection; /* NULL for everything; borrowed until exposition_get returns */
};

struct body {
	const char *data;
	size_t length;
};

/* `refresh` runs before each encoding, after collecting: fills the families about ourselves. */
struct exposition *exposition_new(struct registry *r, const struct encoder_options *o,
				  void (*refresh)(void *context), void *context);
void exposition_free(struct exposition *x);

/* A finished body, or NULL with *e (memory, ceiling): never a cut one. Thread-safe. */
const struct body *exposition_get(struct exposition *x, const struct pass_key *key,
				  struct error *e);
void exposition_put(struct exposition *x, const struct body *b);

#endif
