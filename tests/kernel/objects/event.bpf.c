// SPDX-License-Identifier: GPL-2.0-only
/* What only a classic tracepoint tells: it needs tracefs. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(event, "Forks by a classic tracepoint", OFF);

__u64 forks METRIC("node_event_forks_total", "Forks.");

SEC("tracepoint/sched/sched_process_fork")
int forked(const void *ctx)
{
	count(&forks);
	return 0;
}
