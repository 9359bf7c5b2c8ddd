// SPDX-License-Identifier: GPL-2.0-only
/* Work items that one process queued. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(queued, "Work items queued by a process", OFF);

PARAMETER(pid, __u32, , "The process");

__u64 queued METRIC("node_queued_total", "Work items queued.");

SEC("tp_btf/workqueue_queue_work")
int queue(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == pid)
		count(&queued);
	return 0;
}
