// SPDX-License-Identifier: GPL-2.0-only
/* How long programs wait for their data to be on disk: databases and journals stand still meanwhile.
 *
 * Where neither fentry nor kprobes can be had, only tracepoints see system calls, and as soon as one call is
 * watched the kernel sends all of the host through its slow path: 150 ns more for a getppid of 190. That is
 * for the administrator to decide. (Tracepoints of single calls cost 70 ns, but each takes 70 to 500 ms
 * to detach, and the exporter is to end within a second.)
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(fsync, "Time of the system calls that write data back to disk", ON);

PARAMETER(tracepoints, __u8, ,
	  "1: watch all system calls where that is the only way (150 ns each)");

OUTLIERS(100000000); /* 100 ms */

enum call { FSYNC, FDATASYNC, SYNC, SYNCFS, MSYNC, SYNC_FILE_RANGE };

struct sync_labels {
	enum call call;
};

struct syncs {
	HISTOGRAM(SECONDS, 2, -17, 6)
	time METRIC("node_fs_sync_seconds",
		    "Time of the system calls that write data back to disk.");
	EXEMPLAR(time);
};

TABLE(syncs, struct sync_labels, SYNC_FILE_RANGE + 1, struct syncs);

/* When a thread began its call: exact, so that a long call is not lost among many short ones. */
HASH(started, __u64, __u64, 4096);

static __always_inline int begin(void)
{
	__u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&started, &thread, &now, BPF_ANY))
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline void observe_sync(struct syncs *s, __u64 ns)
{
	observe(&s->time, ns);
	if (is_outlier(ns))
		keep_exemplar_of_current(&s->time_exemplar, ns);
}

static __always_inline int end(enum call call)
{
	__u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	__u64 *start = bpf_map_lookup_elem(&started, &thread);
	struct syncs *s = slot(&syncs, call);

	if (!start) {
		lose(LOST_NO_START);
		return 0;
	}
	if (s)
		observe_sync(s, elapsed(now, *start));
	bpf_map_delete_elem(&started, &thread);
	return 0;
}

#define WATCH(call, function)                             \
	AT_ENTRY("sync", begin_##call, function, begin()) \
	AT_RETURN("sync", end_##call, function, end(call))

WATCH(FSYNC, SYSCALL_FUNCTION("fsync"))
WATCH(FDATASYNC, SYSCALL_FUNCTION("fdatasync"))
WATCH(SYNC, "ksys_sync")
WATCH(SYNCFS, SYSCALL_FUNCTION("syncfs"))
WATCH(MSYNC, SYSCALL_FUNCTION("msync"))
WATCH(SYNC_FILE_RANGE, SYSCALL_FUNCTION("sync_file_range"))

#define OTHERS 0
#define IS(call) (1 + (call))

static const __u8 call_of_number[SYSCALLS] = {
#if defined(__TARGET_ARCH_x86)
	[74] = IS(FSYNC),   [75] = IS(FDATASYNC), [162] = IS(SYNC),
	[306] = IS(SYNCFS), [26] = IS(MSYNC),	  [277] = IS(SYNC_FILE_RANGE),
#elif defined(__TARGET_ARCH_arm64)
	[82] = IS(FSYNC),   [83] = IS(FDATASYNC), [81] = IS(SYNC),
	[267] = IS(SYNCFS), [227] = IS(MSYNC),	  [84] = IS(SYNC_FILE_RANGE),
#endif
};

static __always_inline int call_of(const struct pt_regs *regs)
{
	__s32 number = syscall_number(regs);

	if (number < 0 || number >= SYSCALLS || !call_of_number[number] || syscall_is_32bit(regs))
		return OTHERS;
	return call_of_number[number];
}

SEC("tp_btf/sys_enter")
ALTERNATIVE("sync", 4, "all system calls")
NEEDS("parameter:tracepoints")
int BPF_PROG(begin_any, struct pt_regs *regs)
{
	return call_of(regs) ? begin() : 0;
}

SEC("tp_btf/sys_exit")
ALTERNATIVE("sync", 4, "all system calls")
NEEDS("parameter:tracepoints")
int BPF_PROG(end_any, struct pt_regs *regs)
{
	int call = call_of(regs);

	return call ? end(call - 1) : 0;
}
