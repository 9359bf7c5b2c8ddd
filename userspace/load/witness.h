/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether probes at functions see what happens: kernel.ftrace_enabled=0 and others leave them attached and silent, and a
 * metric would be 0 for ever. Programs of our own are attached by each kind of probe to a system call that we can make.
 */
#ifndef LOAD_WITNESS_H
#define LOAD_WITNESS_H

#include <stdbool.h>

#include "base/error.h"
#include "load/features.h"
#include "load/witness_state.h"

struct witness;

/* Attaches what this kernel can; the features are borrowed for the call. NULL without memory. */
struct witness *witness_new(const struct features *f);
void witness_free(struct witness *w); /* detaches */

/* Makes the call: whether every one of `probes` (1 << enum probe each) saw it, or could not be attached here; else false,
 * with the reason. Safe from several threads. True where w is NULL. */
bool witness_sees(const struct witness *w, unsigned int probes, struct error *why);

#endif
