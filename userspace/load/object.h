/* SPDX-License-Identifier: GPL-2.0-only */
/* One collector's BPF object in the kernel. Its life has six steps, each with a file of its own:
 *
 *	1. ask      what this kernel has of what each program needs             question.c, features.c
 *	2. choose   the best alternative of each event                          choice.c
 *	3. relocate to the kernel's types, those of modules included            corebtf.c, library.c
 *	4. try      to load and attach; what fails makes the next choice         trial.c, attach*.c
 *	5. keep     descriptors and mapped memory, and give the rest back        object.c
 *	6. tell     which event runs, what a program missed, where a map is      object.c, program.c
 */
#ifndef LOAD_OBJECT_H
#define LOAD_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "describe/description.h"
#include "load/loadable.h"
#include "load/program.h"

struct object;

/* Load and attach. Where a chosen program fails to load or attach, the next alternative of its event is tried. 0; or
 * -errno with the reason where nothing of the collector can run (then *out is still set, so that object_programs() can
 * tell why; release it all the same). Safe for several objects at once from several threads. */
int object_load(struct object **out, const struct loadable *l, struct error *e);
void object_free(struct object *o); /* detaches and closes all */

size_t object_programs(const struct object *o, const struct program_status **out);
/* Whether its programs see what happens, as far as it can be known: 0, or -ENODATA with the reason. Asks the experiments
 * that it was loaded with. */
int object_watch(const struct object *o, struct error *e);
/* Run its iterators, whose maps are read next: 0, or -errno with the reason. */
int object_iterate(const struct object *o, struct error *e);
/* Whether the event that feeds a metric runs; "" asks for the whole collector. `reason` may be NULL. */
bool object_event_runs(const struct object *o, const char *event, const char **reason);
/* File descriptor of a map by the description's name; -1 where it was not created. Owned by the object. */
int object_map_fd(const struct object *o, const struct map_description *m);
/* The .bss of the object, mapped read-only and live; NULL where there is none. */
const void *object_bss(const struct object *o, size_t *size);

#endif
