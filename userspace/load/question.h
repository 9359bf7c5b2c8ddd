/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs need (describe/need.h), asked of the kernel's BTF. Pure.
 *
 * What they ask for may be a module's, which is named before it: "function:overlay:ovl_fsync". */
#ifndef LOAD_QUESTION_H
#define LOAD_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "load/btfindex.h"

/* True, or false with the reason in one short line. `target` is the tracepoint that "args" asks about. */
bool question_answer(const char *text, const struct btfindex *x, const char *target,
		     struct error *why);

/* What a question is about, as BTF names it: only types that have it can answer. */
#define QUESTION_NAME 256
struct question_subject {
	char name[QUESTION_NAME];
	char module[QUESTION_NAME]; /* that may have it, if the kernel has not; or "" */
	uint32_t kinds; /* 1 << BTF_KIND_* each */
};

/* False where the question is not known. */
bool question_subject(const char *text, const char *target, struct question_subject *out);

/* A name without its module: the "ovl_fsync" of "overlay:ovl_fsync". */
const char *question_bare(const char *name);

/* The typedef of a tracepoint in BTF, which is what programs attach to; 0 where it is not there. */
uint32_t question_tracepoint(const struct btfindex *x, const char *name);
/* A tracepoint's number of arguments; -1 where it is not there. */
int question_arguments(const struct btfindex *x, const char *name);

#endif
