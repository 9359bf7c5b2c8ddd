// SPDX-License-Identifier: GPL-2.0-only
/* Declares a metric that series.bpf.c has already, with other labels. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(taken, "A metric's name that is taken", ON);

__u64 many METRIC("node_series_many_total", "The same name again.");
