// SPDX-License-Identifier: GPL-2.0-only
/* Operations that the test begins and ends as it likes: getpriority(BEGIN or END, id), which fails. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(span, "Begins and ends that meet, or do not", OFF);

#if defined(__TARGET_ARCH_x86)
#define GETPRIORITY 140
#else
#define GETPRIORITY 141
#endif

enum which { BEGIN = 0x5ba0, END };
enum kind { STORED, RESERVED };

struct span_labels {
	enum kind kind;
};

struct closed {
	HISTOGRAM(SECONDS, 0, -20, 4) time METRIC("node_span_seconds", "Operations that ended.");
};

SHARED_TABLE(closed, struct span_labels, 2, struct closed);
SPANS(stored);
SPANS_RESERVED(reserved);

static __always_inline void observe_span(enum kind kind, __u64 ns)
{
	struct closed *c = slot(&closed, kind);

	if (c)
		observe(&c->time, ns);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long number)
{
	__u64 which, id, ns;

	if (number != GETPRIORITY)
		return 0;
	which = PT_REGS_PARM1_CORE_SYSCALL(regs);
	id = PT_REGS_PARM2_CORE_SYSCALL(regs);
	if (which == BEGIN) {
		span_begin(stored, id);
		span_begin(reserved, id);
	} else if (which == END) {
		if (span_end(stored, id, &ns))
			observe_span(STORED, ns);
		if (span_end(reserved, id, &ns))
			observe_span(RESERVED, ns);
	}
	return 0;
}
