/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of this process that every Prometheus client exposes as process_*. */
#ifndef COLLECT_PROCESS_H
#define COLLECT_PROCESS_H

#include <stdint.h>

#include "base/error.h"

struct process_figures {
	uint64_t cpu_ns;
	uint64_t open_fds, max_fds;
	uint64_t virtual_bytes, virtual_max_bytes; /* UINT64_MAX: no limit */
	uint64_t resident_bytes;
	uint64_t started_ns; /* by CLOCK_BOOTTIME, see epoch.h */
};

/* 0 or -errno where /proc cannot be read or understood; `root` is "" or a test's directory. */
int process_read(const char *root, struct process_figures *out, struct error *e);

#endif
