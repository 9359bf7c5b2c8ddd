// SPDX-License-Identifier: GPL-2.0-only
/* One relocation, by a type that no kernel has: tests make up what it is. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(relocated, "A relocation", OFF);

struct made_up {
	int n;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_switch")
int relocate(const __u64 *ctx)
{
	const struct made_up *m = (const void *)ctx[1];

	return BPF_CORE_READ(m, n);
}
