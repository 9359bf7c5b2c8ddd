/* SPDX-License-Identifier: GPL-2.0-only */
/* The types of loaded modules, for what is not in the kernel itself.
 *
 * Only those of modules that are asked for by name are read, once: a host may have hundreds. Safe from several threads.
 */
#ifndef LOAD_MODULES_H
#define LOAD_MODULES_H

#include "load/btfindex.h"

struct btf;
struct modules;

/* NULL without memory. The kernel's types are borrowed. `directory` has a file for each module: /sys/kernel/btf. */
struct modules *modules_new(struct btf *kernel, const char *directory);
void modules_free(struct modules *m);

/* The types of the module of this name; NULL where it was not loaded at the first such question, and on kernels before
 * 5.11, which have no types of modules. Borrowed. */
const struct btfindex *modules_find(struct modules *m, const char *name);
/* The kernel's own object of these types, for programs to attach to: a descriptor that stays the modules', or -errno
 * (-EPERM without CAP_SYS_ADMIN). */
int modules_fd(struct modules *m, const struct btfindex *types);

#endif
