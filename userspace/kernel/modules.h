/* SPDX-License-Identifier: GPL-2.0-only */
/* The types of loaded modules, for what is not in the kernel itself.
 *
 * Nothing is read before the first question. Then the types of all modules that are loaded at that moment are held as
 * bytes, and those are parsed whose names have what is asked for. Safe from several threads.
 */
#ifndef KERNEL_MODULES_H
#define KERNEL_MODULES_H

#include <stdint.h>

#include "kernel/btfindex.h"

struct btf;
struct modules;

/* NULL without memory. The kernel's types are borrowed. `directory` has a file for each module: /sys/kernel/btf. */
struct modules *modules_new(struct btf *kernel, const char *directory);
void modules_free(struct modules *m);

/* The types of the first module, by name, that has a type of this name whose kind is in the mask (1 << BTF_KIND_*);
 * NULL where there is none, as on kernels before 5.11, which have no types of modules. Borrowed. */
const struct btfindex *modules_find(struct modules *m, const char *name, uint32_t kinds);
/* The kernel's own object of these types, for programs to attach to: a descriptor that stays the modules', or -errno
 * (-EPERM without CAP_SYS_ADMIN). */
int modules_fd(struct modules *m, const struct btfindex *types);

#endif
