/* SPDX-License-Identifier: GPL-2.0-only */
/* One attempt to load and attach chosen programs of an object. What fails leaves nothing behind. */
#ifndef LOAD_TRIAL_H
#define LOAD_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "load/attachment.h"
#include "load/choice.h"
#include "load/loadable.h"

struct bpf_object;
struct trial;

/* How long the steps of an attempt took. */
struct trial_times {
	uint64_t open_ns; /* reading the object, the kernel's types that it needs */
	uint64_t load_ns; /* making its maps, relocation, the verifier */
	uint64_t attach_ns;
};

/* Open the object, set its parameters and the sizes of its maps. */
int trial_open(struct trial **out, const struct loadable *l, struct error *e);
/* Closes the object; what was attached and not taken is detached. */
void trial_free(struct trial *t);

/* The section of a program of the description; NULL where the object has no such program. */
const char *trial_section(const struct trial *t, size_t program);
/* Whether a parameter is neither zero nor an empty set. */
bool trial_parameter(const struct trial *t, const char *name);

/* Load and attach the chosen programs, once. On failure *culprit is the program at fault, or -1 where it is no
 * program's; the reason is one line. */
int trial_run(struct trial *t, const struct choice *c, long *culprit, struct error *e);

/* After trial_run: libbpf's object where what is attached needs it, else NULL; then what holds a program attached. Both
 * are the caller's now; the object goes last. */
struct bpf_object *trial_take_object(struct trial *t);
struct attachment trial_take_attachment(struct trial *t, size_t program);
/* Before that: descriptors, still the trial's (-1 where there is none). */
int trial_program_fd(const struct trial *t, size_t program);
int trial_map_fd(const struct trial *t, const char *name, size_t *value_size);
/* So far; a step that failed counts, too. */
struct trial_times trial_times(const struct trial *t);

#endif
