// SPDX-License-Identifier: GPL-2.0-only
/* Asks about a type that the kernel does not have and a module might. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(elsewhere, "A type that is not in the kernel itself", OFF);

struct of_no_kernel {
	int member;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_switch")
int look(const __u64 *ctx)
{
	const struct of_no_kernel *elsewhere = (const void *)ctx[1];

	return bpf_core_field_exists(elsewhere->member);
}
