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
#include <bpf_exporter/span.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(fsync, "Time of the system calls that write data back to disk", ON);

PARAMETER(tracepoints, __u8, ,
	  "1: where nothing cheaper works, watch all system calls (150 ns each)");

OUTLIERS(100000000); /* 100 ms */

enum call { FSYNC, FDATASYNC, SYNC, SYNCFS, MSYNC, SYNC_FILE_RANGE };

struct sync_labels {
	enum call call;
};

struct syncs {
	HISTOGRAM(SECONDS, 2, -17, 6)
	time METRIC("node_fs_sync_seconds",
		    "Time of the system calls that write data back to disk. A high value means "
		    "that programs wait for their data to reach the disk. It leaves out calls of "
		    "32-bit programs on x86 and syncs without such a call: "
		    "node_fs_other_sync_seconds has the latter.") EVENT("sync");
	EXEMPLAR(time);
};

enum way { WRITE, IO_URING, KERNEL };

struct other_labels {
	enum way by;
};

struct other_syncs {
	HISTOGRAM(SECONDS, 2, -17, 6)
	time METRIC("node_fs_other_sync_seconds",
		    "Time of syncs of a file without a system call of node_fs_sync_seconds: in "
		    "writes to files opened with O_SYNC or O_DSYNC (write), by workers of io_uring "
		    "(io_uring), and by kernel threads (kernel), such as those of the NFS server, "
		    "loop devices and asynchronous I/O. A high value means that the disk is slow "
		    "to store data. Direct writes that the device itself makes durable (FUA) need "
		    "no sync and are not counted.") EVENT("other");
	EXEMPLAR(time);
};

TABLE(syncs, struct sync_labels, SYNC_FILE_RANGE + 1, struct syncs);
TABLE(others, struct other_labels, KERNEL + 1, struct other_syncs);

SPANS(started);

#define OTHERS 0
#define IS(call) (1 + (call))

static __always_inline int begin(enum call call)
{
	span_begin(started, IS(call));
	return 0;
}

#define observe_sync(s, ns)                                                \
	({                                                                 \
		observe(&(s)->time, ns);                                   \
		if (is_outlier(ns))                                        \
			keep_exemplar_of_current(&(s)->time_exemplar, ns); \
	})

static __always_inline int end(enum call call)
{
	struct syncs *s = slot(&syncs, call);
	__u64 ns;

	if (span_end(started, IS(call), &ns) && s)
		observe_sync(s, ns);
	return 0;
}

#define WATCH(call, function)                              \
	AT_RETURN("sync", end_##call, function, end(call)) \
	AT_ENTRY("sync", begin_##call, function, begin(call))

WATCH(FSYNC, SYSCALL_FUNCTION("fsync"))
WATCH(FDATASYNC, SYSCALL_FUNCTION("fdatasync"))
WATCH(SYNC, "ksys_sync")
WATCH(SYNCFS, SYSCALL_FUNCTION("syncfs"))
WATCH(MSYNC, SYSCALL_FUNCTION("msync"))
WATCH(SYNC_FILE_RANGE, SYSCALL_FUNCTION("sync_file_range"))

/* All others pass vfs_fsync_range, as some of the calls do: what lies within one of those is part of it. A file system
 * that is stacked upon another passes it twice. */
struct range {
	struct span span; /* by how far its file system is stacked upon others, and 1 */
	__u32 inner; /* under way within it */
};

PER_TASK(ranges, struct range);

#define PF_IO_WORKER 0x10
#define PF_KTHREAD 0x200000

static __always_inline bool is_32bit(const struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
#else
	return false;
#endif
}

static __always_inline bool within_a_call(void)
{
	const struct span *call = started_of_current(false);

	return (call && call->began) || is_32bit((const void *)bpf_get_current_task());
}

static __always_inline int begin_range(const struct file *file)
{
	const __u64 id = 1 + BPF_CORE_READ(file, f_inode, i_sb, s_stack_depth);
	struct range *r;

	if (within_a_call())
		return 0;
	r = of_current(ranges);
	if (!r)
		return 0;
	if (r->span.began && id < r->span.id) {
		r->inner++;
		return 0;
	}
	r->inner = 0;
	span_open(&r->span, id);
	return 0;
}

static __always_inline enum way way_of_current(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const __u32 flags = BPF_CORE_READ(task, flags);

	if (flags & PF_IO_WORKER)
		return IO_URING;
	return flags & PF_KTHREAD ? KERNEL : WRITE;
}

static __always_inline int end_range(void)
{
	const __u64 now = bpf_ktime_get_ns();
	struct range *r = ranges_of_current(false);
	struct other_syncs *o;
	__u64 ns;

	if (within_a_call())
		return 0;
	if (r && r->inner) {
		r->inner--;
		return 0;
	}
	o = slot(&others, way_of_current());
	if (span_close(r ? &r->span : NULL, 0, now, &ns) && o)
		observe_sync(o, ns);
	return 0;
}

AT_RETURN("other", end_range, "vfs_fsync_range", end_range())
AT_ENTRY("other", begin_range, "vfs_fsync_range", begin_range(file), struct file *file)

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

SEC("tp_btf/sys_exit")
ALTERNATIVE("sync", 4, "all system calls")
NEEDS("parameter:tracepoints")
int BPF_PROG(end_any, struct pt_regs *regs)
{
	int call = call_of(regs);

	return call ? end(call - 1) : 0;
}

SEC("tp_btf/sys_enter")
ALTERNATIVE("sync", 4, "all system calls")
NEEDS("parameter:tracepoints")
int BPF_PROG(begin_any, struct pt_regs *regs)
{
	int call = call_of(regs);

	return call ? begin(call - 1) : 0;
}
