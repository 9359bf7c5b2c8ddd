// SPDX-License-Identifier: GPL-2.0-only
/* Histograms of values that a test chooses: those that its system calls return above MARK, as lseek() can. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(observe, "Histograms for tests to fill", OFF);

#define MARK_BITS 52

struct observed {
	HISTOGRAM(SECONDS, 0, -20, 4) s0 METRIC("node_observe_schema0_seconds", "Schema 0.");
	HISTOGRAM(SECONDS, 1, -20, 4) s1 METRIC("node_observe_schema1_seconds", "Schema 1.");
	HISTOGRAM(SECONDS, 2, -20, 4) s2 METRIC("node_observe_schema2_seconds", "Schema 2.");
	HISTOGRAM(SECONDS, 3, -20, 4) s3 METRIC("node_observe_schema3_seconds", "Schema 3.");
	HISTOGRAM(PLAIN, 3, 10, 32) plain METRIC("node_observe_bytes", "Integers.");
	__u64 total METRIC("node_observe_total", "Values.");
};

SHARED_TABLE(observed, struct unlabelled, 1, struct observed);

SEC("tp_btf/sys_exit")
int BPF_PROG(returned, struct pt_regs *regs, long result)
{
	const __u64 value = result & ((1ULL << MARK_BITS) - 1);
	struct observed *o;

	if (result >> MARK_BITS != 1)
		return 0;
	o = slot(&observed, 0);
	if (!o)
		return 0;
	observe(&o->s0, value);
	observe(&o->s1, value);
	observe(&o->s2, value);
	observe(&o->s3, value);
	observe(&o->plain, value);
	count(&o->total);
	return 0;
}
