// SPDX-License-Identifier: GPL-2.0-only
/* Lockups: CPUs that ran kernel code for so long, without letting anything else run (soft) or even with interrupts off
 * (hard), that the kernel's watchdog complains. A host that does not end there has had seconds of silence.
 *
 * No event tells of them, and the functions that find them run all the time; but the kernel says so in its log. Other
 * programs that write such words to the log (/dev/kmsg, for root only) are believed.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(lockup, "Lockups that the kernel's watchdog reports", ON);

enum kind { SOFT, HARD };

struct lockup_labels {
	enum kind kind;
};

struct lockups {
	__u64 total METRIC(
		"node_kernel_lockups_total",
		"Reports of the kernel's watchdog that a CPU is stuck: without a change of task "
		"(soft) or with interrupts off (hard). Any report means a fault of the kernel, a "
		"driver or the hypervisor. A lockup that lasts is reported again.");
};

GLOBAL(lockups, struct lockup_labels, 2, struct lockups);

/* The first eight characters, the first of them lowest. */
#define WORD(text) (*(const __u64 *)(text))

/* The words stand near the beginning, behind a time, a thread and a "watchdog: ". */
#define SEARCHED 96

/* 1 or 0 without a branch: the verifier would follow both sides of each, 192 times. */
static __always_inline __u64 is_zero(__u64 v)
{
	__u64 negative = -v;

	barrier_var(negative);
	return ~(v | negative) >> 63;
}

/* The kernel writes a message: since 6.0 as it is, before as consoles show it. */
SEC("tp_btf/console")
int BPF_PROG(message, const char *text, __u64 length)
{
	char line[SEARCHED] = {};
	__u64 window = 0, soft = 0, hard = 0;

	if (bpf_probe_read_kernel(line, length < SEARCHED ? length : SEARCHED, text)) {
		lose(LOST_UNREADABLE);
		return 0;
	}
	for (int i = 0; i < SEARCHED; i++) {
		window = window >> 8 | (__u64)line[i] << 56;
		soft |= is_zero(window ^ WORD("BUG: soft lockup"));
		hard |= is_zero(window ^ WORD("hard LOCKUP"));
	}
	if (soft)
		count(&lockups.slot[SOFT].total);
	if (hard)
		count(&lockups.slot[HARD].total);
	return 0;
}
