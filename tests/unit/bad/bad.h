/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bad object begins with, so that only one thing is wrong with each. */
#include "vmlinux.h"

#ifdef NO_LOST
#include <bpf/bpf_helpers.h>

#include <bpf_exporter/describe.bpf.h>
#else
#include <bpf_exporter/collector.bpf.h>
#endif

#ifndef NO_COLLECTOR
COLLECTOR(bad, "Bad.", ON);
#endif

/* A counter, where the key or the map is what is bad. */
#define COUNTER METRIC("bad_total", "Bad.")
#define PROGRAM(name)       \
	int name(void *ctx) \
	{                   \
		return 0;   \
	}

struct good_key {
	__u32 n;
};
