// SPDX-License-Identifier: GPL-2.0-only
/* Threads of a process, counted anew at every scrape. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(thread, "An iterator", OFF);

PARAMETER(watched, __u32, , "Process whose threads count");

struct bpf_iter_meta {
	__u64 session_id;
	__u64 seq_num;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

__u64 threads METRIC("node_thread_threads", "Threads of the process now.") GAUGE;
__u64 walks METRIC("node_thread_walks_total", "Walks over all threads.");

SEC("iter/task")
int see_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!ctx->meta->seq_num)
		threads = 0;
	if (!task)
		count(&walks);
	else if ((__u32)task->tgid == watched)
		threads++;
	return 0;
}

SEC("iter/no_such_objects")
EVENT("never")
int see_nothing(void *ctx)
{
	return 0;
}
