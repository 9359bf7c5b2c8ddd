// SPDX-License-Identifier: GPL-2.0-only
/* Declares a metric that OpenMetrics calls as it calls a counter of series.bpf.c. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(stem, "A metric's name that is taken in OpenMetrics", ON);

__u64 many METRIC("node_series_many", "The same name without its suffix.") GAUGE;
