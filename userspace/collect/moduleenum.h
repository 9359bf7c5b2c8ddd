/* SPDX-License-Identifier: GPL-2.0-only */
/* Enumerators of loaded modules, straight from the bytes of their BTF: when one is asked for, the kernel's own, on which
 * libbpf would have a module's stand, has long been given back, and takes 14 MB.
 */
#ifndef COLLECT_MODULEENUM_H
#define COLLECT_MODULEENUM_H

#include <stdint.h>

#define MODULEENUM_NAME_MAX 128

/* The name of a value among the enums of 4 bytes that a module has and whose names end with `ending`. `root` stands
 * before /sys. Writes `out`, cut where it is longer: 0, or -ENODATA where no enumerator has that value, or why the types
 * cannot be read: -ENOENT of a module that is not loaded, and before Linux 5.11. */
int moduleenum_name(const char *root, const char *module, const char *ending, uint32_t value,
		    char out[MODULEENUM_NAME_MAX]);

#endif
