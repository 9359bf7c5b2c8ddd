/* SPDX-License-Identifier: GPL-2.0-only */
/* What this process may do with BPF, and what to advise where the kernel refuses: each advice begins with "; ", and is ""
 * where nothing is known to help. */
#ifndef LOAD_PRIVILEGE_H
#define LOAD_PRIVILEGE_H

#include <stdbool.h>

#include "base/error.h"

/* 0, or -errno with what to do: the capabilities to load programs (CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN) and the
 * system call itself. */
int privilege_check(struct error *e);
/* Whether types of modules may be asked for: libbpf searches those where the kernel's own do not have one. */
bool privilege_modules(void);
/* About a refused system call. */
const char *privilege_advice(int err);
/* About a line of the verifier's. */
const char *privilege_verifier_advice(const char *refusal);

#endif
