/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls of the architecture that this was built for, by number and by name. */
#ifndef COLLECT_SYSCALLS_H
#define COLLECT_SYSCALLS_H

#include <stdint.h>

/* No kernel has calls from here on: whoever makes one gets ENOSYS. */
#define SYSCALLS_UNKNOWN 511

/* NULL where the number is unknown. */
const char *syscall_name(uint64_t number);
/* -ENOENT where the name is unknown. */
int syscall_number(const char *name);
/* All names, NULL-terminated, in the order of the alphabet. */
const char *const *syscall_names(void);

#endif
