// SPDX-License-Identifier: GPL-2.0-only
/* How long programs wait for their data to be on disk: databases and journals stand still meanwhile.
 *
 * The kernel sends every system call of the host through its slow path as soon as one of them is watched by
 * a tracepoint: 70 ns more for a getppid of 190, twice that with the pair for all calls. So the tracepoints
 * come last, where neither fentry nor kprobes can be had; the others cost these six calls only.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(fsync, "Time of the system calls that write data back to disk", ON);

enum call { FSYNC, FDATASYNC, SYNC, SYNCFS, MSYNC, SYNC_FILE_RANGE };

struct syncs {
	enum call call;
};

struct sync_stats {
	HISTOGRAM(SECONDS, 2, -17, 6)
	time METRIC("node_fs_sync_seconds", "Time of a system call that writes data back to disk");
};

TABLE(syncs, struct syncs, SYNC_FILE_RANGE + 1, struct sync_stats);

/* When a thread began its call: exact, so that a long call is not lost among many short ones. */
HASH(started, __u64, __u64, 4096);

static __always_inline int begin(void)
{
	__u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&started, &thread, &now, BPF_ANY))
		lose(LOST_MAP_FULL);
	return 0;
}

static __always_inline int end(enum call call)
{
	__u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	__u64 *start = bpf_map_lookup_elem(&started, &thread);
	struct sync_stats *stats = slot(&syncs, call);

	if (!start) {
		lose(LOST_NO_START);
		return 0;
	}
	if (stats)
		observe(&stats->time, elapsed(now, *start));
	bpf_map_delete_elem(&started, &thread);
	return 0;
}

/* Two programs around one function or event of a call. */
#define AROUND(call, way, entry, exit, ...)                      \
	SEC(entry) __VA_ARGS__ int way##_begin_##call(void *ctx) \
	{                                                        \
		return begin();                                  \
	}                                                        \
	SEC(exit) __VA_ARGS__ int way##_end_##call(void *ctx)    \
	{                                                        \
		return end(call);                                \
	}

#define WAYS(call, function, event)                                          \
	AROUND(call, fentry, "fentry/" function, "fexit/" function,          \
	       ALTERNATIVE("sync", 1, "fentry") NEEDS("function:" function)) \
	AROUND(call, kprobe, "kprobe/" function, "kretprobe/" function,      \
	       ALTERNATIVE("sync", 2, "kprobe"))                             \
	AROUND(call, tracepoint, "tracepoint/syscalls/sys_enter_" event,     \
	       "tracepoint/syscalls/sys_exit_" event, ALTERNATIVE("sync", 3, "tracepoint"))

#if defined(__TARGET_ARCH_x86)
#define SYSCALL(name) "__x64_sys_" name
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL(name) "__arm64_sys_" name
#endif

WAYS(FSYNC, SYSCALL("fsync"), "fsync")
WAYS(FDATASYNC, SYSCALL("fdatasync"), "fdatasync")
WAYS(SYNC, "ksys_sync", "sync") /* calls without arguments have no entry in BTF */
WAYS(SYNCFS, SYSCALL("syncfs"), "syncfs")
WAYS(MSYNC, SYSCALL("msync"), "msync")
WAYS(SYNC_FILE_RANGE, SYSCALL("sync_file_range"), "sync_file_range")
