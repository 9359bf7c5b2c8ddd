/* SPDX-License-Identifier: GPL-2.0-only */
/* How long an operation takes that one task begins and ends. Include it after collector.bpf.h.
 *
 *	SPANS(calls);                           // one a task
 *	...
 *	__u64 ns;
 *	if (span_end(calls, number, &ns))       // at the end
 *		observe(&s->time, ns);
 *	...
 *	span_begin(calls, number);              // at the beginning
 *
 * A begin or an end may go unseen: the kernel skips a program while it runs already, or has no kretprobe left. So the id
 * tells which operation it is, by what both ends know (a call's number, an address), and an end does not take the time
 * of another one:
 *
 *	begin	counts LOST_NO_END where one is open, and replaces it
 *	end	always closes; counts LOST_NO_START where none is open, or where another one is, whose LOST_NO_END it
 *		counts, too. An end that does not know its id says 0: it takes whichever is open.
 *	drop	is the end of what is not to be measured: it closes, and counts at most that LOST_NO_END
 *
 * Where there is no room for a task, its begin counts LOST_MAP_REFUSED, and its end LOST_NO_START.
 *
 *	SPANS(name)		kept by the kernel with the task: 7 ns an access, 1,250 once a task. Before 5.11 in a hash.
 *	SPANS_RESERVED(name)	in memory that is there from the start, for operations that begin where memory is short: 300
 *				ns for both ends. Of more than 4096 open at once, the oldest goes: a LOST_NO_START.
 *
 * Where a collector remembers more, PER_TASK(calls, struct calls) declares a struct of its own, zero at first;
 * of_current(calls) is the current task's, or NULL (counted as LOST_MAP_REFUSED); span_open() and span_close() do the same
 * with a struct span within it. See bpf/fs.bpf.c.
 *
 * The exporter attaches ends before beginnings where the section tells them apart (fexit, kretprobe), and in the order of
 * the file otherwise: write the end first. Then what is under way at the start is one LOST_NO_START, and no beginning waits
 * for an end that nobody sees.
 */
#ifndef BPF_EXPORTER_SPAN_BPF_H
#define BPF_EXPORTER_SPAN_BPF_H

/* Zeroed memory is one that is not open. */
struct span {
	__u64 began; /* 0: not open */
	__u64 id;
};

#define SPANS(name) PER_TASK(name, struct span)

#define PER_TASK(name, value_)                                                                 \
	TASK_STORAGE(name, value_);                                                            \
	BPF_EXPORTER_HASH(LRU_HASH, name##_before_5_11, __u32, value_, 2048);                  \
	PER_TASK_FUNCTIONS(name, value_,                                                       \
			   has_task_storage() ? storage_of_current(&name, create)              \
					      : entry_of_current(&name##_before_5_11, create), \
			   (void)0)

/* Least recently used: what was never closed makes room for what begins. */
#define SPANS_RESERVED(name)                                                   \
	BPF_EXPORTER_HASH(LRU_HASH, name, __u32, struct span, 4096);           \
	PER_TASK_FUNCTIONS(name, struct span, entry_of_current(&name, create), \
			   forget_current(&name))

/* What of it differs between these kinds. */
#define PER_TASK_FUNCTIONS(name, value_, find, forget)                                      \
	static __always_inline __attribute__((unused)) value_ *name##_of_current(bool make) \
	{                                                                                   \
		static const value_ zero;                                                   \
		const void *create = make ? &zero : NULL;                                   \
                                                                                            \
		return find;                                                                \
	}                                                                                   \
	static __always_inline __attribute__((unused)) void name##_forget(void)             \
	{                                                                                   \
		forget;                                                                     \
	}

static __always_inline bool has_task_storage(void)
{
	return bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_TASK_STORAGE);
}

/* `create`: what a task has at first, where it is to get it now. */
static __always_inline void *storage_of_current(void *map, const void *create)
{
	return bpf_task_storage_get(map, bpf_get_current_task_btf(), NULL,
				    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

static __always_inline void *entry_of_current(void *map, const void *create)
{
	__u32 thread = bpf_get_current_pid_tgid();
	void *value = bpf_map_lookup_elem(map, &thread);

	if (value || !create)
		return value;
	bpf_map_update_elem(map, &thread, create, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, &thread);
}

static __always_inline void forget_current(void *map)
{
	__u32 thread = bpf_get_current_pid_tgid();

	bpf_map_delete_elem(map, &thread);
}

static __always_inline void *or_refused(void *value)
{
	if (!value)
		lose(LOST_MAP_REFUSED);
	return value;
}

#define of_current(name) ((typeof(name##_of_current(true)))or_refused(name##_of_current(true)))

static __always_inline void span_open(struct span *s, __u64 id)
{
	if (s->began)
		lose(LOST_NO_END);
	s->id = id;
	s->began = bpf_ktime_get_ns();
}

/* Whether it was this operation, which ends now: its time. `s` may be NULL. */
static __always_inline bool span_close(struct span *s, __u64 id, __u64 now, __u64 *ns)
{
	__u64 began = s ? s->began : 0;

	if (s)
		s->began = 0;
	*ns = elapsed(now, began);
	if (began && (!id || s->id == id))
		return true;
	if (began)
		lose(LOST_NO_END);
	lose(LOST_NO_START);
	return false;
}

/* The same for an end that is not to be measured. */
static __always_inline void span_abandon(struct span *s, __u64 id)
{
	if (!s || !s->began)
		return;
	if (id && s->id != id)
		lose(LOST_NO_END);
	s->began = 0;
}

#define span_begin(name, id)                             \
	({                                               \
		struct span *opened_ = of_current(name); \
                                                         \
		if (opened_)                             \
			span_open(opened_, id);          \
	})

#define span_end(name, id, ns)                                                           \
	({                                                                               \
		const __u64 now_ = bpf_ktime_get_ns();                                   \
		const bool closed_ = span_close(name##_of_current(false), id, now_, ns); \
                                                                                         \
		name##_forget();                                                         \
		closed_;                                                                 \
	})

#define span_drop(name, id)                                 \
	({                                                  \
		span_abandon(name##_of_current(false), id); \
		name##_forget();                            \
	})

#endif
