/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked about an object's programs before any is loaded: which of them are wanted, what this kernel has not, and
 * in which order alternatives are to be tried. */
#ifndef LOAD_CANDIDATES_H
#define LOAD_CANDIDATES_H

#include "base/arena.h"
#include "load/choice.h"
#include "load/loadable.h"
#include "load/program.h"
#include "load/trial.h"

/* Tells the choice, and fills in each program's section, way and target. `programs` are parallel to the description's;
 * texts live in `memory`. */
void candidates_ask(struct choice *c, struct program_status *programs, const struct trial *t,
		    const struct loadable *l, struct arena *memory);

#endif
