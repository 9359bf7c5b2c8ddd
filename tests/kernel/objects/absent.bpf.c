// SPDX-License-Identifier: GPL-2.0-only
/* Needs a tracepoint that no kernel has. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(absent, "A tracepoint that does not exist", ON);

__u64 seen METRIC("node_absent_events_total", "Events that never come.");

SEC("tp_btf/no_such_tracepoint")
int BPF_PROG(never)
{
	count(&seen);
	return 0;
}
