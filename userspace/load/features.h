/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel can do, asked once: its BTF, its limits. Answers the questions of NEEDS().
 *
 * What the kernel's own types do not have is looked for in those of the module that the question names, if that is
 * loaded at the first such question.
 *
 * All questions may be asked from several threads at once; only features_new, features_forget_btf and
 * features_free must stand alone.
 */
#ifndef LOAD_FEATURES_H
#define LOAD_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct btf;
struct btfindex;
struct features;

/* Reads the kernel's BTF (10 ms), or that in the file `btf_path` where it is not NULL; the path is borrowed. -errno with
 * what to do about it: no BTF, another kernel's, no privilege. */
int features_new(struct features **out, const char *btf_path, struct error *e);
void features_free(struct features *f);
/* Give the BTF back (8 MB) once all collectors are loaded; later questions about BTF answer "no". */
void features_forget_btf(struct features *f);

const struct btf *features_btf(const struct features *f); /* NULL once forgotten */
const struct btfindex *features_types(const struct features *f); /* NULL once forgotten */
const char *features_btf_path(const struct features *f); /* NULL where they are the kernel's own */
/* Whether the kernel itself knows these types, so that programs can attach to them; else why not. */
bool features_types_in_kernel(const struct features *f, struct error *why);
/* CPUs that may ever exist: the copies of a per-CPU value. */
unsigned int features_possible_cpus(const struct features *f);

/* Answer "args:4", "field:request.start_time_ns", ...: true, or false with the reason in *why. `target` is the
 * attach target's name for args: questions. Questions it does not know are false ("unknown question"). */
bool features_answer(const struct features *f, const char *question, const char *target,
		     struct error *why);
/* Where in BTF a thing is that programs attach to: the subject of a question. 0; -ESRCH where it is not there; another
 * -errno where the types of its module cannot be had. */
struct features_place {
	uint32_t id;
	int module_fd; /* the features'; 0: in the kernel's own types */
};
int features_place(const struct features *f, const char *question, const char *target,
		   struct features_place *out);
/* Whether tracefs has the event "category/name"; else why not. */
bool features_event(const struct features *f, const char *event, struct error *why);
/* Where tracefs is mounted; "" where it is not. */
const char *features_tracefs(const struct features *f);
/* Whether functions can be probed without BTF; else why not. */
bool features_kprobes(struct error *why);
bool features_map_type(const struct features *f, int map_type);

#endif
