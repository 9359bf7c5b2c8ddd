// SPDX-License-Identifier: GPL-2.0-only
/* A program for each scheme that observes its argument; buckets_test.c runs them and reads the histogram. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

#include "bucket_schemes.h"

char LICENSE[] SEC("license") = "GPL";

/* Whichever program runs, its histogram lies here: the sum, then the buckets. */
#define WIDEST HISTOGRAM(SECONDS, BUCKET_SCHEMA_MAX, BUCKET_SECONDS_MIN, BUCKET_EXPONENT_MAX)
WIDEST histogram SEC(".data.histogram") = {};

#define PROGRAM(name_, unit_, schema_, min_, max_)                             \
	SEC("raw_tp/task_newtask")                                             \
	int BPF_PROG(name_, __u64 v)                                           \
	{                                                                      \
		HISTOGRAM(unit_, schema_, min_, max_) *h = (void *)&histogram; \
                                                                               \
		observe(h, v);                                                 \
		return 0;                                                      \
	}

BUCKET_SCHEMES(PROGRAM)
