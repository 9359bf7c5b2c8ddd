// SPDX-License-Identifier: GPL-2.0-only
/* Calls of getppid() by one process, counted in each kind of map that has slots. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(slots, "One event in all kinds of slots", OFF);

PARAMETER(watched, __u32, , "Process whose calls count");

struct places {
	__u32 place VALUES(3);
};

struct table_calls {
	__u64 n METRIC("node_slots_table_total", "In a table.");
};

struct shared_calls {
	__u64 n METRIC("node_slots_shared_total", "In a shared table.");
};

struct array_calls {
	__u64 n METRIC("node_slots_array_total", "In an array of the kernel's.");
};

#define PLACE 2

#if defined(__TARGET_ARCH_x86)
#define GETPPID 110
#elif defined(__TARGET_ARCH_arm64)
#define GETPPID 173
#endif

TABLE(table, struct places, 3, struct table_calls);
SHARED_TABLE(shared, struct places, 3, struct shared_calls);
PERCPU_ARRAY(array, struct places, 3, struct array_calls);
SHARED_SCRATCH(scratch, 3, __u64);
__u64 scratched METRIC("node_slots_scratch", "In a shared scratch.") GAUGE;

SEC("tp_btf/sys_enter")
int BPF_PROG(called, struct pt_regs *regs, long number)
{
	struct table_calls *t = slot(&table, PLACE);
	struct shared_calls *s = slot(&shared, PLACE);
	struct array_calls *a = slot(&array, PLACE);
	__u64 *n = slot(&scratch, PLACE);

	if (!t || !s || !a || !n || number != GETPPID || bpf_get_current_pid_tgid() >> 32 != watched)
		return 0;
	count(&t->n);
	count(&s->n);
	count(&a->n);
	count(n);
	scratched = *n;
	return 0;
}
