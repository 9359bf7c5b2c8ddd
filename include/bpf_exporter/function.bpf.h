/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs at the beginning and at the end of a function of the kernel: by fentry and fexit, the cheapest; where these
 * cannot be had, or the kernel preempts them, by kprobe.multi and kretprobe.multi; else by kprobe and kretprobe.
 *
 *	AT_ENTRY("stall", enter, "psi_memstall_enter", enter(flags), __u64 flags)
 *
 * makes the programs fentry_enter, multi_enter and kprobe_enter of the event "stall", which return enter(flags). The
 * function's first arguments stand last, as many as are needed. All of an event go the same way.
 */
#ifndef BPF_EXPORTER_FUNCTION_BPF_H
#define BPF_EXPORTER_FUNCTION_BPF_H

#include <bpf/bpf_tracing.h>

#include "describe.bpf.h"

#define AT_ENTRY(event, name, function, run, ...) \
	ENTRY_PROGRAMS(event, ONLY, "", name, function, run, ##__VA_ARGS__)

/* At the end, where a kretprobe does not know the arguments any more: AT_RETURN("sync", end, "ksys_sync", end()). */
#define AT_RETURN(event, name, function, run) RETURN_PROGRAMS(event, ONLY, "", name, function, run)

/* At the end, with what the function returns:
 *	AT_RESULT("fault", end, "shmem_fault", end(result), __u32 result, void *fault)
 * All of its arguments stand last, since fexit finds the result behind them. */
#define AT_RESULT(event, name, function, run, result, ...) \
	RESULT_PROGRAMS(event, ONLY, "", name, function, run, result, ##__VA_ARGS__)

/* Where kernels have one function or another: the first choice, and the second one, which says where it is taken:
 *	AT_ENTRY_FIRST("open", begin, "do_file_open", begin())
 *	AT_ENTRY_SECOND("open", begin_old, "do_filp_open", "before 7.0", begin()) */
#define AT_ENTRY_FIRST(event, name, function, run, ...) \
	ENTRY_PROGRAMS(event, FIRST, "", name, function, run, ##__VA_ARGS__)
#define AT_ENTRY_SECOND(event, name, function, where, run, ...) \
	ENTRY_PROGRAMS(event, SECOND, ", " where, name, function, run, ##__VA_ARGS__)
#define AT_RESULT_FIRST(event, name, function, run, result, ...) \
	RESULT_PROGRAMS(event, FIRST, "", name, function, run, result, ##__VA_ARGS__)
#define AT_RESULT_SECOND(event, name, function, where, run, result, ...) \
	RESULT_PROGRAMS(event, SECOND, ", " where, name, function, run, result, ##__VA_ARGS__)

/* Only the kprobes of AT_ENTRY and AT_RETURN, beside programs by fentry that are written out. */
#define PROBE_AT_ENTRY(event, name, function, run, ...) \
	ENTRY_PROBES(event, ONLY, "", name, function, run, ##__VA_ARGS__)
#define PROBE_AT_RETURN(event, name, function, run) \
	RETURN_PROBES(event, ONLY, "", name, function, run)

/* ---- ranks among the alternatives of an event: cheaper ways come first, then the first choice ---- */

#define FENTRY_RANK_ONLY 1
#define MULTI_RANK_ONLY 2
#define KPROBE_RANK_ONLY 3

#define FENTRY_RANK_FIRST 1
#define FENTRY_RANK_SECOND 2
#define MULTI_RANK_FIRST 3
#define MULTI_RANK_SECOND 4
#define KPROBE_RANK_FIRST 5
#define KPROBE_RANK_SECOND 6

#define BY_FENTRY(event, choice, where, section) \
	SEC(section) ALTERNATIVE(event, FENTRY_RANK_##choice, "fentry" where)
#define BY_MULTI(event, choice, where, section) \
	SEC(section) ALTERNATIVE(event, MULTI_RANK_##choice, "kprobe.multi" where)
#define BY_KPROBE(event, choice, where, section) \
	SEC(section) ALTERNATIVE(event, KPROBE_RANK_##choice, "kprobe" where)

#define ENTRY_PROGRAMS(event, choice, where, name, function, run, ...) \
	BY_FENTRY(event, choice, where, "fentry/" function)            \
	int BPF_PROG(fentry_##name, ##__VA_ARGS__)                     \
	{                                                              \
		return run;                                            \
	}                                                              \
	ENTRY_PROBES(event, choice, where, name, function, run, ##__VA_ARGS__)

#define ENTRY_PROBES(event, choice, where, name, function, run, ...) \
	BY_MULTI(event, choice, where, "kprobe.multi/" function)     \
	int BPF_KPROBE(multi_##name, ##__VA_ARGS__)                  \
	{                                                            \
		return run;                                          \
	}                                                            \
	BY_KPROBE(event, choice, where, "kprobe/" function)          \
	int BPF_KPROBE(kprobe_##name, ##__VA_ARGS__)                 \
	{                                                            \
		return run;                                          \
	}

#define RETURN_PROGRAMS(event, choice, where, name, function, run) \
	BY_FENTRY(event, choice, where, "fexit/" function)         \
	int fentry_##name(void *ctx)                               \
	{                                                          \
		return run;                                        \
	}                                                          \
	RETURN_PROBES(event, choice, where, name, function, run)

#define RETURN_PROBES(event, choice, where, name, function, run)    \
	BY_MULTI(event, choice, where, "kretprobe.multi/" function) \
	int multi_##name(void *ctx)                                 \
	{                                                           \
		return run;                                         \
	}                                                           \
	BY_KPROBE(event, choice, where, "kretprobe/" function)      \
	int kprobe_##name(void *ctx)                                \
	{                                                           \
		return run;                                         \
	}

#define RESULT_PROGRAMS(event, choice, where, name, function, run, result, ...) \
	BY_FENTRY(event, choice, where, "fexit/" function)                      \
	int BPF_PROG(fentry_##name, ##__VA_ARGS__, result)                      \
	{                                                                       \
		return run;                                                     \
	}                                                                       \
	BY_MULTI(event, choice, where, "kretprobe.multi/" function)             \
	int BPF_KRETPROBE(multi_##name, result)                                 \
	{                                                                       \
		return run;                                                     \
	}                                                                       \
	BY_KPROBE(event, choice, where, "kretprobe/" function)                  \
	int BPF_KRETPROBE(kprobe_##name, result)                                \
	{                                                                       \
		return run;                                                     \
	}

#endif
