/* SPDX-License-Identifier: GPL-2.0-only */
/* Where collectors come from: the binary itself, and directories of drop-ins. */
#ifndef COLLECT_GATHER_H
#define COLLECT_GATHER_H

#include "base/error.h"
#include "collect/registry.h"

/* All objects built into the binary. 0 or -ENOMEM. */
int gather_embedded(struct registry *r);
/* All *.bpf.o of a directory, in the order of their names. A file that is no collector, or that others than root
 * and this process's user can change, is one that is refused. 0, or -errno with *e where the directory cannot be read or
 * others can change it. */
int gather_directory(struct registry *r, const char *directory, struct error *e);

#endif
