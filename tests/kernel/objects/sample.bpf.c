// SPDX-License-Identifier: GPL-2.0-only
/* Samples of the clock on every CPU, each page fault of a process, and events that are none. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(sample, "Perf events", OFF);

PARAMETER(watched, __u32, , "Process whose page faults count");

__u64 ticks METRIC("node_sample_ticks_total", "Samples of the clock on all CPUs.") EVENT("tick");
__u64 faults METRIC("node_sample_faults_total", "Minor page faults.") EVENT("fault");
__u64 never METRIC("node_sample_never_total", "What cannot be had.") EVENT("never");

SEC("perf_event/cpu-clock:49")
EVENT("tick")
int clock_ticks(void *ctx)
{
	count(&ticks);
	return 0;
}

SEC("perf_event/minor-faults:1")
EVENT("fault")
int page_faults(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == watched)
		count(&faults);
	return 0;
}

SEC("perf_event/no-such-event:1")
ALTERNATIVE("never", 1, "event")
int no_event(void *ctx)
{
	count(&never);
	return 0;
}

SEC("perf_event/cpu-clock:100000")
ALTERNATIVE("never", 2, "rate")
int too_often(void *ctx)
{
	count(&never);
	return 0;
}
