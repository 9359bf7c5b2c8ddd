// SPDX-License-Identifier: GPL-2.0-only
/* CPU quotas: how long tasks of a cgroup that used its quota up are kept from running. A container with time to spare
 * in the long run stalls nevertheless where it needs much at once; averages hide it, and so does the number of
 * throttled periods.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/function.bpf.h>

COLLECTOR(throttle, "Time that cgroups are throttled for their CPU quota", ON);

#define CGROUPS_MAX 1024

PARAMETER(cgroups, __u32, ,
	  "Cgroups to show by name, up to 1024; those throttled later count as other") = 64;

struct throttle_labels {
	__u64 cgroup DECODE(cgroup);
};

struct throttled {
	HISTOGRAM(SECONDS, 1, -14, 6)
	time METRIC("node_sched_cfs_throttled_seconds",
		    "Time that tasks of a cgroup were kept from a CPU because its quota (cpu.max) "
		    "was used up: recorded each time on each CPU, when it ends. A high value means "
		    "that the quota is too low for bursts. other: cgroups beyond "
		    "--collector.throttle.cgroups, and all of cgroup v1, whose ids have no paths. "
		    "The series of a cgroup end when it is removed.");
};

#define OTHERS 0

HASH(throttled, struct throttle_labels, struct throttled, CGROUPS_MAX + 64);

__u32 named; /* cgroups that have been shown by name */

/* CPUs that come at the same time may let in one more than they should. */
static __always_inline bool room_for_another(void)
{
	if (named >= cgroups || named >= CGROUPS_MAX)
		return false;
	count(&named);
	return true;
}

/* Names can be had for cgroup2 only. */
static __always_inline __u64 id_of(const struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id) ? OTHERS : BPF_CORE_READ(cgroup, kn, id);
}

#define CSS_ONLINE (1 << 1) /* until rmdir; enum of the kernel */

static __always_inline struct throttled *throttled_of(struct cfs_rq *queue)
{
	const struct cgroup *cgroup = BPF_CORE_READ(queue, tg, css.cgroup);
	struct throttle_labels key = { .cgroup = id_of(cgroup) };
	struct throttled *t = bpf_map_lookup_elem(&throttled, &key);

	if (t)
		return t;
	if (!(BPF_CORE_READ(cgroup, self.flags) & CSS_ONLINE) || !room_for_another())
		key.cgroup = OTHERS;
	return series(&throttled, &key);
}

/* Makes room for another one; ids are not given out again. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(removed, struct cgroup *cgroup)
{
	struct throttle_labels key = { .cgroup = id_of(cgroup) };

	if (key.cgroup != OTHERS && !bpf_map_delete_elem(&throttled, &key))
		count_by(&named, -1);
	return 0;
}

/* What this CPU is about to let run again, as the kernel does it with a run queue's lock held. */
struct release {
	struct cfs_rq *queue;
	__u64 throttled_clock; /* 0: nobody wanted to run */
};

SCRATCH(releases, 1, struct release);

static __always_inline int begin(struct cfs_rq *queue)
{
	struct release *r = slot(&releases, 0);

	if (r) {
		r->queue = queue;
		r->throttled_clock = BPF_CORE_READ(queue, throttled_clock);
	}
	return 0;
}

/* The kernel has just set the run queue's clock and added the same difference to the cgroup's throttled_usec. Where
 * others have used up the new quota already, the throttling goes on. */
static __always_inline int end(void)
{
	struct release *r = slot(&releases, 0);
	struct cfs_rq *queue;
	struct throttled *t;

	if (!r || !r->throttled_clock)
		return 0;
	queue = r->queue;
	if (BPF_CORE_READ_BITFIELD_PROBED(queue, throttled))
		return 0;
	t = throttled_of(queue);
	if (t)
		observe(&t->time, elapsed(BPF_CORE_READ(queue, rq, clock), r->throttled_clock));
	return 0;
}

AT_ENTRY("unthrottle", begin, "unthrottle_cfs_rq", begin(queue), struct cfs_rq *queue)
AT_RETURN("unthrottle", end, "unthrottle_cfs_rq", end())
