/* SPDX-License-Identifier: GPL-2.0-only */
/* What the author of a collector includes, after "vmlinux.h". docs/writing-a-collector.md teaches
 * it.
 *
 * Maps with their labels and metrics, and the helpers that count into them without losing an
 * event silently: what cannot be counted is counted in `lost`, by cause, and exported as
 * bpf_exporter_events_lost_total. All adds are atomic: interrupts may come between.
 */
#ifndef BPF_EXPORTER_COLLECTOR_BPF_H
#define BPF_EXPORTER_COLLECTOR_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "buckets.h"
#include "describe.bpf.h"

/* ---- values ---- */

/* HISTOGRAM(SECONDS, 2, -20, 4) wait METRIC(...): a member of a map's value. Schema 0 to 3 gives
 * 2^schema buckets an octave from unit * 2^min to unit * 2^max. Observed are nanoseconds
 * (SECONDS) or integers (PLAIN). The members of size zero carry the scheme in the type, for
 * observe() and for the reader. */
#define HISTOGRAM(unit_, schema_, min_, max_)                    \
	struct {                                                 \
		__u64 sum;                                       \
		__u64 bucket[BUCKET_COUNT(schema_, min_, max_)]; \
		__u8 unit[0][1 + (unit_)];                       \
		__u8 schema[0][1 + (schema_)];                   \
		__u8 min[0][64 + (min_)];                        \
		__u8 max[0][64 + (max_)];                        \
	}

/* struct hits { __u64 total METRIC(...); } OWN_CACHE_LINE: a small value of a TABLE that many
 * CPUs count at a high rate, each its own, without taking the line from one another. */
#define OWN_CACHE_LINE __attribute__((aligned(64)))

/* ---- maps ---- */

/* An array's labels are the type of elements of its `type`, the kind of its slots that of its `max_entries`: all that
 * read objects look at the number of these elements alone, and refuse members that they do not know. */
#define ELEMENTS(name, type_, n) type_(*name)[n]

/* Kinds of slots: what slot() needs to know. */
struct slot_of_each_cpu { /* in one array, a block of slots for each CPU */
	char _none;
};
struct slot_of_all { /* or the kernel finds the CPU's by itself */
	char _none;
};

/* TABLE(stats, struct labels, 10, struct stats): a closed set of series, one copy per CPU, in
 * memory that user space reads without a system call. The slot is the mixed-radix number of the
 * labels, the last one counting fastest. The fastest place there is: prefer it. */
#define TABLE(name, labels_, slots, value_)                            \
	struct {                                                       \
		ELEMENTS(type, labels_, BPF_MAP_TYPE_ARRAY);           \
		__uint(map_flags, BPF_F_MMAPABLE);                     \
		/* times the CPUs, by the loader */                    \
		ELEMENTS(max_entries, struct slot_of_each_cpu, slots); \
		__type(key, __u32);                                    \
		__type(value, value_);                                 \
	} name SEC(".maps") DESCRIBE("layout=percpu")

/* The same with one copy for all CPUs: for rare events and gauges. */
#define SHARED_TABLE(name, labels_, slots, value_)                \
	struct {                                                  \
		ELEMENTS(type, labels_, BPF_MAP_TYPE_ARRAY);      \
		__uint(map_flags, BPF_F_MMAPABLE);                \
		ELEMENTS(max_entries, struct slot_of_all, slots); \
		__type(key, __u32);                               \
		__type(value, value_);                            \
	} name SEC(".maps")

/* The kernel's own per-CPU array: for values that only the kernel should be able to write. */
#define PERCPU_ARRAY(name, labels_, slots, value_)                  \
	struct {                                                    \
		ELEMENTS(type, labels_, BPF_MAP_TYPE_PERCPU_ARRAY); \
		ELEMENTS(max_entries, struct slot_of_all, slots);   \
		__type(key, __u32);                                 \
		__type(value, value_);                              \
	} name SEC(".maps")

/* HASH(stats, struct key, struct stats, 1024): an open set of at most that many series.
 * PERCPU_HASH is faster where several CPUs meet on one series, and larger by the number of CPUs. */
#define HASH(name, key_, value_, ceiling) BPF_EXPORTER_HASH(HASH, name, key_, value_, ceiling)
#define PERCPU_HASH(name, key_, value_, ceiling) \
	BPF_EXPORTER_HASH(PERCPU_HASH, name, key_, value_, ceiling)
#define BPF_EXPORTER_HASH(type_, name, key_, value_, ceiling) \
	struct {                                              \
		__uint(type, BPF_MAP_TYPE_##type_);           \
		__uint(max_entries, ceiling);                 \
		__type(key, key_);                            \
		__type(value, value_);                        \
	} name SEC(".maps")

/* PERCPU_HASH(...) ROOM(8, disks): so many entries more for each of the objects that a label of the key
 * names (DECODE(disk)): as many as there are at the start, or as the numeric parameter `disks` says
 * where that is more. */
#define ROOM(each, parameter) DESCRIBE("room=" #each ":" #parameter)

/* GLOBAL(oom, struct labels, 3, struct stats): the same as a shared table, in .bss: oom.slot[i]. */
#define GLOBAL(name, labels_, slots, value_) \
	struct {                             \
		labels_ labels[0];           \
		value_ slot[slots];          \
	} name SEC(".bss")

/* Labels of a map with one series. */
struct unlabelled {
};

/* TASK_STORAGE(waits, struct wait): one value a task for what a collector remembers about it; no
 * metrics. The kernel has these since 5.11: a program that uses one is an alternative. */
#define TASK_STORAGE(name, value_)                       \
	struct {                                         \
		__uint(type, BPF_MAP_TYPE_TASK_STORAGE); \
		__uint(map_flags, BPF_F_NO_PREALLOC);    \
		__type(key, int);                        \
		__type(value, value_);                   \
	} name SEC(".maps")

/* SCRATCH(started, 1, __u64): an array for the programs alone, one copy per CPU; no metrics.
 * SHARED_SCRATCH(turns, 4096, __u64): the same with one copy for all CPUs. */
#define SCRATCH(name, slots, value_) BPF_EXPORTER_SCRATCH(PERCPU_ARRAY, name, slots, value_)
#define SHARED_SCRATCH(name, slots, value_) BPF_EXPORTER_SCRATCH(ARRAY, name, slots, value_)
#define BPF_EXPORTER_SCRATCH(type_, name, slots, value_)          \
	struct {                                                  \
		__uint(type, BPF_MAP_TYPE_##type_);               \
		ELEMENTS(max_entries, struct slot_of_all, slots); \
		__type(key, __u32);                               \
		__type(value, value_);                            \
	} name SEC(".maps")

/* STAMPS(starts, 4096): when operations began, by a number that identifies them (a pointer, a
 * thread); `slots` is a power of two up to 65536, far above what is under way at once. Cheaper
 * than a hash by the price of insertion and deletion, and what never ends leaves no garbage: the
 * next one in its slot replaces it. Where that hits one under way, its end is a LOST_NO_START. */
#define STAMPS(name, slots)                       \
	struct {                                  \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(max_entries, slots);       \
		__type(key, __u32);               \
		__type(value, struct stamp);      \
	} name SEC(".maps")

struct stamp {
	__u64 id; /* 0: free */
	__u64 ns;
	__u64 note; /* what the end should know about the beginning */
};

/* ---- counters ---- */

/* Add to a counter; what it held before is not to be had. Relaxed, since kernels before 5.12 load nothing else: from
 * clang 21 on, __sync_fetch_and_add() fetches, too, even where nobody looks at the result. */
#define count_by(counter, n) ((void)__atomic_fetch_add(counter, n, __ATOMIC_RELAXED))
#define count(counter) count_by(counter, 1)

/* ---- losses ---- */

enum lost_cause {
	LOST_MAP_FULL, /* a map held its ceiling of series, or of start stamps */
	LOST_MAP_REFUSED, /* a map that was not full took nothing: busy just then, or no memory */
	LOST_NO_START, /* the end of an operation whose beginning was not seen */
	LOST_NO_END, /* an operation that began, and whose end was not seen */
	LOST_OUT_OF_RANGE, /* a label's value beyond its table */
	LOST_UNREADABLE, /* memory of the kernel that could not be read */
	LOST_NOT_ACCOUNTED, /* what the kernel was told not to account, so that it has no stamp */
	LOST_CAUSES,
};

/* Made as GLOBAL() is, so that BTF has the enum. */
struct {
	enum lost_cause labels[0];
	__u64 slot[LOST_CAUSES];
} lost SEC(".bss") DESCRIBE("lost=events");

/* Count one event that no metric shows. */
static __always_inline void lose(enum lost_cause cause)
{
	count(&lost.slot[cause]);
}

/* ---- series ---- */

#define SLOTS(map) (sizeof(*(map)->max_entries) / sizeof(**(map)->max_entries))
#define VALUE(map) typeof((map)->value)

/* The value at a slot of a table, an array or a scratch: this CPU's, where the map has one for each; NULL (counted)
 * beyond its end. */
#define slot(map, i) ((VALUE(map))slot_of(map, i, SLOTS(map), block_of(map)))
#define block_of(map)                                           \
	_Generic(*(map)->max_entries, struct slot_of_each_cpu * \
		 : bpf_get_smp_processor_id(), struct slot_of_all * : 0)

static __always_inline void *slot_of(void *map, __u32 i, __u32 slots, __u32 block)
{
	__u32 at = block * slots + i;
	void *value = NULL;

	if (i < slots)
		value = bpf_map_lookup_elem(map, &at);
	if (!value)
		lose(LOST_OUT_OF_RANGE);
	return value;
}

/* The value of a key in a HASH or PERCPU_HASH, created as zeros where it is new; NULL (counted)
 * where the map is full or refuses. The key must have been zeroed whole before it was filled in. */
#define series(map, key)                                  \
	({                                                \
		static const typeof(*(VALUE(map))0) zero; \
		(VALUE(map)) series_of(map, key, &zero);  \
	})

#define NO_ENTRY_LEFT (-7) /* -E2BIG */

static __always_inline void *series_of(void *map, const void *key, const void *zero)
{
	void *value = bpf_map_lookup_elem(map, key);
	int err;

	if (value)
		return value;
	err = bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	if (!value)
		lose(err == NO_ENTRY_LEFT ? LOST_MAP_FULL : LOST_MAP_REFUSED);
	return value;
}

/* The same, but where the map is full the value of the key `other`, which stands for all that found no
 * place. It gets its own at the first chance, and is not shown until it has counted. */
#define series_or_other(map, key, other)                                 \
	({                                                               \
		static const typeof(*(VALUE(map))0) zero;                \
		(VALUE(map)) series_or_other_of(map, key, other, &zero); \
	})

static __always_inline void *series_or_other_of(void *map, const void *key, const void *other,
						const void *zero)
{
	void *value = bpf_map_lookup_elem(map, key);

	if (value)
		return value;
	bpf_map_update_elem(map, other, zero, BPF_NOEXIST);
	bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	return value ? value : series_of(map, other, zero);
}

/* ---- start stamps ---- */

#define stamp_start(map, id, note) stamp_start_at(map, SLOTS(map), id, note)
/* Take the stamp of an operation that ends: false (counted) where its start is not known. */
#define stamp_end(map, id, out) stamp_end_at(map, SLOTS(map), id, out)

static __always_inline struct stamp *stamp_of(void *map, __u64 id, __u32 slots)
{
	__u32 at;

	/* The verifier lets no one calculate with a kernel pointer, but copy its lower half. */
	asm volatile("%0 = %1" : "=w"(at) : "w"((__u32)id));
	at = at * 0x9e3779b1U >> 16 &
	     (slots - 1); /* Fibonacci hashing: the upper half is well mixed */
	return bpf_map_lookup_elem(map, &at);
}

static __always_inline void stamp_start_at(void *map, __u32 slots, __u64 id, __u64 note)
{
	struct stamp *s = stamp_of(map, id, slots);

	if (!s)
		return;
	s->ns = bpf_ktime_get_ns();
	s->note = note;
	s->id = id;
}

static __always_inline bool stamp_end_at(void *map, __u32 slots, __u64 id, struct stamp *out)
{
	struct stamp *s = stamp_of(map, id, slots);

	if (!s || s->id != id) {
		lose(LOST_NO_START);
		return false;
	}
	*out = *s;
	s->id = 0;
	return true;
}

/* ---- histograms ---- */

/* Add a value to a histogram: nanoseconds of a SECONDS one, an integer of a PLAIN one. */
#define observe(h, v)                                                                            \
	observe_at((h)->bucket, &(h)->sum, sizeof((h)->unit[0]) - 1, sizeof((h)->schema[0]) - 1, \
		   (int)sizeof((h)->min[0]) - 64, (int)sizeof((h)->max[0]) - 64, v)

static __always_inline void observe_at(__u64 *bucket, __u64 *sum, enum bucket_unit unit, int schema,
				       int min, int max, __u64 v)
{
	const __u64 last = BUCKET_COUNT(schema, min, max) - 1;
	__u64 i = bucket_index(unit, schema, min, max, v);

	/* The verifier of 6.1 wants to see the bound right before the index. */
	asm volatile("" : "+r"(i));
	if (i > last)
		i = last;
	count(&bucket[i]);
	count_by(sum, v);
}

/* Nanoseconds since an earlier reading of the same clock; 0 where clocks of two CPUs disagree. */
static __always_inline __u64 elapsed(__u64 now, __u64 then)
{
	const __s64 ns = (__s64)(now - then);

	return ns > 0 ? (__u64)ns : 0;
}

#endif
