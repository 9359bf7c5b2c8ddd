/* SPDX-License-Identifier: GPL-2.0-only */
/* What this process may do with BPF, and what to advise where the kernel refuses. */
#ifndef KERNEL_PRIVILEGE_H
#define KERNEL_PRIVILEGE_H

#include "base/error.h"

/* 0, or -EPERM with what to do: loading needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN. */
int privilege_check(struct error *e);
/* What to do about a refused system call: "; run as root or ...", "" where nothing is known to help. */
const char *privilege_advice(int err);

#endif
