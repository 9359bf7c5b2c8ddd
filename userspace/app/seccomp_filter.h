/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls that a serving exporter makes. */
#ifndef APP_SECCOMP_FILTER_H
#define APP_SECCOMP_FILTER_H

#include <stddef.h>

/* A row of the table in docs/security.md. */
struct seccomp_call {
	int number;
	const char *name, *needed_by;
};

const struct seccomp_call *seccomp_filter_calls(size_t *nr);

/* For all threads, for good: all other system calls fail with EPERM. Needs no_new_privs. 0 or -errno. */
int seccomp_filter_install(void);

#endif
