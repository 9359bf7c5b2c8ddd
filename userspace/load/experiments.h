/* SPDX-License-Identifier: GPL-2.0-only */
/* What only trials tell about a kernel, made once in a thread of their own: they take some ticks, and others ask
 * meanwhile what they need. */
#ifndef LOAD_EXPERIMENTS_H
#define LOAD_EXPERIMENTS_H

#include "load/features.h"
#include "load/preemption.h"
#include "load/witness.h"

struct experiments;

/* Begin them. NULL without memory. The features are borrowed until experiments_wait. */
struct experiments *experiments_new(const struct features *f);
/* Until they are over; from several threads. */
void experiments_wait(struct experiments *x);
void experiments_free(struct experiments *x);

/* These wait for what was found; where x is NULL, nothing was. */
bool experiments_preempt(struct experiments *x, enum preemption_site site);
const struct witness *experiments_witness(struct experiments *x); /* or NULL */

#endif
