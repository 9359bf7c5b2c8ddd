/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom the slowest of a histogram's observations met: for collectors that know the task. Include it after
 * collector.bpf.h.
 *
 *	OUTLIERS(10000000);                             // --collector.NAME.outlier_ns, 10 ms
 *	struct stats {
 *		HISTOGRAM(SECONDS, 2, -20, 4) wait METRIC(...);
 *		EXEMPLAR(wait);
 *	};
 *	...
 *	observe(&s->wait, ns);
 *	if (is_outlier(ns))
 *		keep_exemplar(&s->wait_exemplar, ns, task);
 *
 * What is no outlier pays a load and two comparisons. Each copy of a value keeps its highest outlier for a
 * minute; the youngest of all copies is shown, by formats that have exemplars.
 */
#ifndef BPF_EXPORTER_EXEMPLAR_BPF_H
#define BPF_EXPORTER_EXEMPLAR_BPF_H

#include "exemplar.h"

#define EXEMPLAR_KEEP_NS 60000000000ULL

/* A member of a map's value, beside the HISTOGRAM of that name. */
#define EXEMPLAR(histogram) \
	struct exemplar_record histogram##_exemplar DESCRIBE("exemplar=" #histogram)

/* What is worth keeping: a parameter of every collector that keeps exemplars. */
#define OUTLIERS(ns)                                                                              \
	PARAMETER(                                                                                \
		outlier_ns, __u64, ,                                                              \
		"Observations of at least this many nanoseconds may become exemplars; 0: none") = \
		ns

#define is_outlier(v)                                       \
	({                                                  \
		const __u64 from_ = outlier_ns;             \
		__builtin_expect(from_ && (v) >= from_, 0); \
	})

/* Whether a value takes the place of the one that is there. */
static __always_inline bool exemplar_replaces(const struct exemplar_record *x, __u64 v, __u64 now)
{
	return v >= x->value || elapsed(now, x->ns) > EXEMPLAR_KEEP_NS;
}

static __always_inline void exemplar_store(struct exemplar_record *x, struct exemplar_record *new)
{
	new->check = exemplar_check(new);
	*x = *new;
}

/* Keep an outlier of a task that BTF vouches for: an argument of a tp_btf or fentry program. */
static __always_inline void keep_exemplar(struct exemplar_record *x, __u64 v,
					  const struct task_struct *task)
{
	struct exemplar_record new = { .value = v, .ns = bpf_ktime_get_ns() };
	const __u64 *comm = (const void *)task->comm;

	if (!exemplar_replaces(x, v, new.ns))
		return;
	new.pid = task->tgid;
	new.comm[0] = comm[0];
	new.comm[1] = comm[1];
	/* By helper: the verifier looks through all types for a pointer it follows itself, 10 ms here. */
	if (bpf_core_field_exists(task->cgroups))
		new.cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	exemplar_store(x, &new);
}

/* The same for the task that runs. Not in interrupts: they meet whomever they meet. */
static __always_inline void keep_exemplar_of_current(struct exemplar_record *x, __u64 v)
{
	struct exemplar_record new = { .value = v, .ns = bpf_ktime_get_ns() };

	if (!exemplar_replaces(x, v, new.ns))
		return;
	new.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(new.comm, sizeof(new.comm));
	if (bpf_core_type_exists(struct cgroup)) /* else there is no such helper */
		new.cgroup = bpf_get_current_cgroup_id();
	exemplar_store(x, &new);
}

#endif
