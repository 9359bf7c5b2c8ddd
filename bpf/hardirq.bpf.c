// SPDX-License-Identifier: GPL-2.0-only
/* Hard interrupts: how long their handlers run, all of it with interrupts off. A slow one delays
 * everything else on its CPU, and no task's CPU time shows it.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(hardirq, "Time that interrupt handlers run", ON);

struct irq {
	union {
		__u32 irq;
		__u32 action DECODE(irq);
	};
};

struct handler {
	HISTOGRAM(SECONDS, 1, -22, -2)
	run METRIC("node_hardirq_seconds",
		   "Time that interrupt handlers ran, by irq and the devices it serves.")
		EVENT("irq");
};

HASH(handlers, struct irq, struct handler, 1024);
SCRATCH(handler_started_ns, 1, __u64); /* handlers do not nest */

EVENT("irq")
SEC("tp_btf/irq_handler_entry")
int BPF_PROG(handler_entry)
{
	__u64 *started_ns = slot(&handler_started_ns, 0);

	if (started_ns)
		*started_ns = bpf_ktime_get_ns();
	return 0;
}

EVENT("irq")
SEC("tp_btf/irq_handler_exit")
int BPF_PROG(handler_exit, __u32 irq)
{
	__u64 *started_ns = slot(&handler_started_ns, 0);
	struct irq key = { .irq = irq };
	struct handler *h;

	if (!started_ns || !*started_ns) /* ran already when we came */
		return 0;
	h = series(&handlers, &key);
	if (h)
		observe(&h->run, elapsed(bpf_ktime_get_ns(), *started_ns));
	return 0;
}

/* Vectors of x86 that have no irq number. */
enum vector { LOCAL_TIMER, RESCHEDULE, CALL_FUNCTION, CALL_FUNCTION_SINGLE };

struct vector_labels {
	enum vector vector;
};

struct vector_handler {
	__u64 started_ns;
	HISTOGRAM(SECONDS, 1, -24, -4)
	run METRIC("node_hardirq_vector_seconds",
		   "Time that handlers of x86 interrupt vectors without an irq number ran.")
		EVENT("vector");
};

TABLE(vector_handlers, struct vector_labels, 4, struct vector_handler);

static __always_inline int vector_entry(enum vector vector)
{
	struct vector_handler *h = slot(&vector_handlers, vector);

	if (h)
		h->started_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int vector_exit(enum vector vector)
{
	struct vector_handler *h = slot(&vector_handlers, vector);

	if (h && h->started_ns)
		observe(&h->run, elapsed(bpf_ktime_get_ns(), h->started_ns));
	return 0;
}

#define VECTOR(name, vector)                 \
	EVENT("vector")                      \
	SEC("tp_btf/" #name "_entry")        \
	int name##_entry(void *ctx)          \
	{                                    \
		return vector_entry(vector); \
	}                                    \
	EVENT("vector")                      \
	SEC("tp_btf/" #name "_exit")         \
	int name##_exit(void *ctx)           \
	{                                    \
		return vector_exit(vector);  \
	}

VECTOR(local_timer, LOCAL_TIMER)
VECTOR(reschedule, RESCHEDULE)
VECTOR(call_function, CALL_FUNCTION)
VECTOR(call_function_single, CALL_FUNCTION_SINGLE)
