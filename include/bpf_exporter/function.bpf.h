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

#define AT_ENTRY(event, name, function, run, ...)    \
	BY_FENTRY(event, "fentry/" function)         \
	int BPF_PROG(fentry_##name, ##__VA_ARGS__)   \
	{                                            \
		return run;                          \
	}                                            \
	BY_MULTI(event, "kprobe.multi/" function)    \
	int BPF_KPROBE(multi_##name, ##__VA_ARGS__)  \
	{                                            \
		return run;                          \
	}                                            \
	BY_KPROBE(event, "kprobe/" function)         \
	int BPF_KPROBE(kprobe_##name, ##__VA_ARGS__) \
	{                                            \
		return run;                          \
	}

/* At the end, where a kretprobe does not know the arguments any more: AT_RETURN("sync", end, "ksys_sync", end()). */
#define AT_RETURN(event, name, function, run)        \
	BY_FENTRY(event, "fexit/" function)          \
	int fentry_##name(void *ctx)                 \
	{                                            \
		return run;                          \
	}                                            \
	BY_MULTI(event, "kretprobe.multi/" function) \
	int multi_##name(void *ctx)                  \
	{                                            \
		return run;                          \
	}                                            \
	BY_KPROBE(event, "kretprobe/" function)      \
	int kprobe_##name(void *ctx)                 \
	{                                            \
		return run;                          \
	}

/* At the end, with what the function returns:
 *	AT_RESULT("fault", end, "shmem_fault", end(result), __u32 result, void *fault)
 * All of its arguments stand last, since fexit finds the result behind them. */
#define AT_RESULT(event, name, function, run, result, ...) \
	BY_FENTRY(event, "fexit/" function)                \
	int BPF_PROG(fentry_##name, ##__VA_ARGS__, result) \
	{                                                  \
		return run;                                \
	}                                                  \
	BY_MULTI(event, "kretprobe.multi/" function)       \
	int BPF_KRETPROBE(multi_##name, result)            \
	{                                                  \
		return run;                                \
	}                                                  \
	BY_KPROBE(event, "kretprobe/" function)            \
	int BPF_KRETPROBE(kprobe_##name, result)           \
	{                                                  \
		return run;                                \
	}

#define BY_FENTRY(event, section) SEC(section) ALTERNATIVE(event, 1, "fentry")
#define BY_MULTI(event, section) SEC(section) ALTERNATIVE(event, 2, "kprobe.multi")
#define BY_KPROBE(event, section) SEC(section) ALTERNATIVE(event, 3, "kprobe")

#endif
