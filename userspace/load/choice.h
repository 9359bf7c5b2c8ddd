/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs of a collector run: for every event the lowest rank of which nothing is ruled out, preferred ones
 * before all others, those that are to be avoided after them. Pure.
 *
 * A way to have an event is the programs of one alternative and those that the event needs in any way. Whoever asks
 * the kernel rules programs out, before loading and after a failed trial; the choice follows from that alone. Programs
 * without an event are needed by the whole collector.
 */
#ifndef LOAD_CHOICE_H
#define LOAD_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "describe/description.h"
#include "load/program.h"

struct choice;

/* NULL without memory. The description is borrowed. */
struct choice *choice_new(const struct description *d);
void choice_free(struct choice *c);

/* `why` is PROGRAM_UNAVAILABLE or PROGRAM_NOT_NEEDED; the reason is borrowed. The first reason stays. */
void choice_rule_out(struct choice *c, size_t program, enum program_state why, const char *reason);

/* The alternative that a program belongs to comes before those of lower rank. */
void choice_prefer(struct choice *c, size_t program);

/* It comes after all others, for this reason (borrowed), unless it is preferred. */
void choice_avoid(struct choice *c, size_t program, const char *reason);

/* Whether a program is to run now. */
bool choice_has(const struct choice *c, size_t program);
/* Whether an event can be had; "" asks for the whole collector. *reason (may be NULL) is "" or why not. */
bool choice_runs(const struct choice *c, const char *event, const char **reason);
/* What a program's state is when all chosen ones run. */
enum program_state choice_state(const struct choice *c, size_t program, const char **reason);

#endif
