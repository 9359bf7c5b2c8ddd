/* SPDX-License-Identifier: GPL-2.0-only */
/* A scrape from request to finished body: collects, encodes, and lets those who ask at the same time share.
 *
 * All whose requests came before a scrape began share it, also where they call one after the other; every body is
 * younger than its request. Bodies are counted and immutable; their memory is used again.
 */
#ifndef EXPOSE_EXPOSITION_H
#define EXPOSE_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "expose/compression.h"
#include "expose/encoder.h"

struct exposition;
struct registry;
struct selection;

/* What makes two scrapes the same, so that they share a body. */
struct pass_key {
	const struct encoder *encoder;
	const struct compression *compression; /* NULL: as it is */
	const struct selection
		*selection; /* NULL for everything; borrowed until exposition_get returns */
};

struct body {
	const char *data;
	size_t length;
	bool crowded; /* as many bodies as there should be were in use when it was made: one should be given up */
};

/* `refresh` runs before each encoding, after collecting: fills the families about ourselves. So many bodies
 * should be in use at the same time, and never more than twice as many; 0: no limit. */
struct exposition *exposition_new(struct registry *r, const struct encoder_options *o,
				  unsigned int max_bodies, void (*refresh)(void *context),
				  void *context);
void exposition_free(struct exposition *x);

/* A finished body for a request of that time (CLOCK_MONOTONIC), or -errno with *e: -ENOMEM (memory, ceiling), -EAGAIN
 * (too many bodies are in use); never a cut one. Thread-safe; one scrape runs at a time. */
int exposition_get(struct exposition *x, const struct pass_key *key, uint64_t asked_ns,
		   const struct body **out, struct error *e);
void exposition_put(struct exposition *x, const struct body *b);

#endif
