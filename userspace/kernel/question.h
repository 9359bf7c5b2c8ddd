/* SPDX-License-Identifier: GPL-2.0-only */
/* The questions of NEEDS(), answered from BTF: "args:4", "!field:request.start_time_ns". Pure.
 *
 * What they ask for may be a module's, which is named before it: "function:overlay:ovl_fsync". */
#ifndef KERNEL_QUESTION_H
#define KERNEL_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/btfindex.h"

struct question {
	bool opposite; /* "!": the answer is yes where it is not so */
	const char *kind; /* not ended by NUL */
	size_t kind_length;
	const char *argument;
};

/* False where the text is no question: without a kind, a colon or an argument. */
bool question_parse(const char *text, struct question *q);
bool question_is(const struct question *q, const char *kind);

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
