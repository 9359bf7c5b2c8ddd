// SPDX-License-Identifier: GPL-2.0-only
/* Hard interrupts: how long their handlers run, with interrupts off. A slow one delays everything else on its CPU,
 * and no task's CPU time shows it. Of an interrupt whose handler runs in a thread (threadirqs, PREEMPT_RT) this is
 * the part that wakes the thread.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(hardirq, "Time that interrupt handlers run", ON);

#define IRQS_MAX 1024

PARAMETER(irqs, __u32, ,
	  "Interrupts with a number below N, up to 1024, are shown one by one, with number and "
	  "whole name") = 0;

struct handler_labels {
	char irq[8]; /* empty: of all with that action */
	char action[32];
};

struct handler {
	HISTOGRAM(SECONDS, 1, -22, -2)
	run METRIC(
		"node_hardirq_seconds",
		"Time that interrupt handlers ran, by device: action is its name in "
		"/proc/interrupts without the number of a queue. A high value means that all other "
		"work on that CPU waits. irq is set with --collector.hardirq.irqs only. Where "
		"devices share an interrupt, the time counts for the one that raised it. Of "
		"threaded interrupts (threadirqs, PREEMPT_RT) this is the part before the thread.")
		EVENT("irq");
};

HASH(handlers, struct handler_labels, struct handler, 2 * IRQS_MAX);
SCRATCH(handler_started_ns, 1, __u64); /* handlers do not nest */

/* ---- the name of the action that ran: numbers of interrupts are given out again ---- */

/* Names that this CPU has met, with what became of them; interrupts whose numbers differ by 256 share a place. */
struct met {
	char name[32];
	__u32 irq, is_known;
	struct handler_labels labels;
};

#define MET 256

SCRATCH(met, MET, struct met);

/* Where a name is being looked through: in a map, because the verifier would follow each value that a register can
 * have. */
struct scan {
	__u32 at, number_at; /* in the label */
	__u8 before, before_that; /* the number */
	__u8 last, last_but_one;
	__u8 is_in_number, has_dash, is_cut;
};

SCRATCH(scan, 1, struct scan);

static __always_inline bool is_digit(__u8 c)
{
	return (__u8)(c - '0') < 10;
}

static __always_inline bool is_letter(__u8 c)
{
	return (__u8)((c | 0x20) - 'a') < 26;
}

/* Whether a number that ends a name is a queue's: eth0-TxRx-3, virtio0-input.0, nvme0q7, mpt3sas0-msix12, and
 * mlx5_comp3@pci:0000:01:00.0; but not that of a device: eth0, rtc0, 0000:00:1f.2. What stands between the name and the
 * number goes with it. */
static __always_inline bool cut_queue(volatile struct scan *s, char behind)
{
	const __u8 before = s->before, before_that = s->before_that;
	const bool is_between = before == '-' ||
				((before == '.' || before == '_') && is_letter(before_that)) ||
				(before == 'q' && is_digit(before_that));

	if (!is_between && behind != '@' && !(s->has_dash && is_letter(before)))
		return false;
	s->at = s->number_at - is_between;
	return true;
}

static __always_inline void take_character(volatile struct scan *s, char c, char *out)
{
	if (is_digit(c)) {
		if (!s->is_in_number) {
			s->number_at = s->at;
			s->before = s->last;
			s->before_that = s->last_but_one;
		}
		s->is_in_number = true;
	} else {
		if (s->is_in_number && !s->is_cut && (!c || c == '@'))
			s->is_cut = cut_queue(s, c);
		s->is_in_number = false;
	}
	if (c == '-')
		s->has_dash = true;
	out[s->at & 31] = c;
	s->at++;
	s->last_but_one = s->last;
	s->last = c;
}

static __always_inline void name_without_queue(const char *name, char *out)
{
	volatile struct scan *s = slot(&scan, 0);

	if (!s)
		return;
	s->at = s->last = s->last_but_one = s->is_in_number = s->has_dash = s->is_cut = 0;
	for (int i = 0; i < 32; i++) {
		take_character(s, name[i], out);
		if (!name[i])
			break;
	}
	for (int i = 0; i < 32; i++) /* what a number left behind the end */
		if (i >= (int)s->at)
			out[i] = 0;
}

static __always_inline void number_as_text(__u32 irq, char *out)
{
	char digits[4] = { '0' + irq / 1000, '0' + irq / 100 % 10, '0' + irq / 10 % 10,
			   '0' + irq % 10 };
	__u32 at = 0;

	for (int i = 0; i < 4; i++)
		if (at || digits[i] != '0' || i == 3)
			out[at++ & 7] = digits[i];
}

static __always_inline void label(struct handler_labels *labels, __u32 irq, const char *name)
{
	__builtin_memset(labels, 0, sizeof(*labels));
	if (irq < irqs && irq < IRQS_MAX) {
		__builtin_memcpy(labels->action, name, sizeof(labels->action));
		number_as_text(irq, labels->irq);
	} else {
		name_without_queue(name, labels->action);
	}
}

static __always_inline bool is_same_name(const char *one, const char *other)
{
	const __u64 *a = (const void *)one, *b = (const void *)other;

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static __always_inline struct handler *handler_of(__u32 irq, const struct irqaction *action)
{
	struct met *m = slot(&met, irq % MET);
	char name[32] = {};

	if (!m)
		return NULL;
	bpf_probe_read_kernel_str(name, sizeof(name), action->name);
	if (!m->is_known || m->irq != irq || !is_same_name(m->name, name)) {
		__builtin_memcpy(m->name, name, sizeof(name));
		label(&m->labels, irq, m->name);
		m->irq = irq;
		m->is_known = true;
	}
	return series(&handlers, &m->labels);
}

/* ---- handlers ---- */

#define IRQ_NONE 0 /* not this handler's device raised the interrupt that it shares */

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
int BPF_PROG(handler_exit, __u32 irq, struct irqaction *action, int handled)
{
	__u64 *started_ns = slot(&handler_started_ns, 0);
	struct handler *h;
	__u64 ns;

	if (handled == IRQ_NONE || !started_ns || !*started_ns) /* 0: ran already when we came */
		return 0;
	ns = elapsed(bpf_ktime_get_ns(), *started_ns);
	h = handler_of(irq, action);
	if (h)
		observe(&h->run, ns);
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
		   "Time that handlers of x86 interrupt vectors without an irq number ran. A high "
		   "value means that all other work on that CPU waits.") EVENT("vector");
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
