// SPDX-License-Identifier: GPL-2.0-only
/* How long file systems take to read, write, open, sync and tell attributes: is it the file system
 * that this program waits for, and which? Watched is the VFS, so that every type is seen, also one
 * whose module is loaded later.
 *
 * Off by default: two programs stand in every read and write, also those of sockets and pipes,
 * which they only look at. A pair costs some 150 ns with fentry, much of what a read of a cached
 * block takes, and 500 ns with kprobes. Before 6.14 the kernel has a few kretprobes only for each
 * function, and threads that wait in reads of pipes or terminals keep them: operations whose end is
 * missed because none is free are counted as lost. Where there is neither, the collector syscall can tell the
 * time of chosen system calls, whatever their files are.
 *
 * Not seen: mmap, aio, splice, sendfile, copy_file_range, and reads and writes of io_uring.
 * Opening is all of it, with the way along the path, creation and truncation; where it fails there
 * is no file to have a type.
 *
 * Compilers inline vfs_fsync_range where fsync(2) calls it (Debian's 7.2), or do_fsync, which is
 * around it (Debian's before 6.12): both are watched, and the inner one measures where it is seen.
 * Where it is inlined, the kernel's own calls of vfs_fsync, as for loop devices, are not seen.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/exemplar.bpf.h>
#include <bpf_exporter/function.bpf.h>
#include <bpf_exporter/span.bpf.h>

COLLECTOR(fs, "Time of operations on files, by type of file system", OFF);

PARAMETER(slow_ns, __u64, ,
	  "An operation that takes longer than this many nanoseconds counts as slow") = 10000000;

OUTLIERS(100000000); /* 100 ms */

enum op { OP_READ, OP_WRITE, OP_OPEN, OP_FSYNC, OP_GETATTR };

struct operation_labels {
	char fstype[16];
	enum op op PREFIX("OP_");
};

struct operations {
	HISTOGRAM(SECONDS, 1, -20, 5)
	time METRIC("node_fs_operation_seconds",
		    "Time of operations on regular files and directories, by type of file system. "
		    "A high value means that programs wait for this file system. What overlay and "
		    "other stacked file systems do in the one below counts there, too. So does the "
		    "fsync within a synchronous write. Not measured: mmap, aio, splice, reads and "
		    "writes of io_uring.");
	EXEMPLAR(time);
	__u64 slow METRIC("node_fs_slow_operations_total",
			  "Operations that took longer than --collector.fs.slow_ns. A high value "
			  "means that programs often wait for this file system.");
};

PERCPU_HASH(operations, struct operation_labels, struct operations, 192);

/* What a thread is in, by operation and by how far the file system is stacked upon others: within a
 * read of overlay (1) is one of ext4 (0). */
struct call {
	struct span span; /* by its inode, if that is known at the beginning */
	const char *fstype;
	bool outer; /* of do_fsync: vfs_fsync_range within it may begin anew, and measures then */
};

#define LEVELS 4 /* the kernel allows 2 above the lowest */

struct calls {
	struct call of[OP_GETATTR + 1][LEVELS];
};

PER_TASK(calls, struct calls);

static __always_inline struct call *calls_of(enum op op)
{
	struct calls *c = of_current(calls);

	return c ? c->of[op] : NULL;
}

static __always_inline int begin_call(struct call *call, __u64 inode, const char *fstype,
				      bool outer)
{
	if (call->outer && !outer)
		span_abandon(&call->span, 0);
	call->outer = outer;
	call->fstype = fstype;
	span_open(&call->span, inode);
	return 0;
}

static __always_inline bool is_file_mode(__u32 mode)
{
	return (mode & S_IFMT) == S_IFREG || (mode & S_IFMT) == S_IFDIR;
}

#define is_file(inode) is_file_mode((inode)->i_mode)

#define level_of(calls, depth) (&(calls)[(depth) & (LEVELS - 1)])

static __always_inline int begin(enum op op, const struct inode *inode)
{
	struct call *calls = calls_of(op);
	const struct super_block *sb = inode->i_sb;

	return calls ? begin_call(level_of(calls, sb->s_stack_depth), (__u64)inode,
				  sb->s_type->name, false)
		     : 0;
}

/* A kretprobe does not know its file: nothing of an earlier one may be left for it to find. */
static __always_inline int probe_begin(enum op op, const struct inode *inode, bool outer)
{
	struct call *calls = calls_of(op);
	const struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	if (!calls)
		return 0;
	if (is_file_mode(BPF_CORE_READ(inode, i_mode)))
		return begin_call(level_of(calls, BPF_CORE_READ(sb, s_stack_depth)), (__u64)inode,
				  BPF_CORE_READ(sb, s_type, name), outer);
	for (int level = 0; level < LEVELS; level++)
		span_abandon(&calls[level].span, (__u64)inode);
	return 0;
}

static __always_inline int measure(enum op op, const char *fstype, __u64 ns)
{
	struct operation_labels key = { .op = op };
	struct operations *o;

	if (bpf_probe_read_kernel_str(key.fstype, sizeof(key.fstype), fstype) < 0)
		lose(LOST_UNREADABLE);
	o = series(&operations, &key);
	if (!o)
		return 0;
	observe(&o->time, ns);
	if (ns > slow_ns)
		count(&o->slow);
	if (is_outlier(ns))
		keep_exemplar_of_current(&o->time_exemplar, ns);
	return 0;
}

static __always_inline int end(enum op op, const struct inode *inode)
{
	const __u64 now = bpf_ktime_get_ns();
	struct call *calls = calls_of(op), *call;
	__u64 ns;

	if (!calls)
		return 0;
	call = level_of(calls, inode->i_sb->s_stack_depth);
	return span_close(&call->span, (__u64)inode, now, &ns) ? measure(op, call->fstype, ns) : 0;
}

/* The lowest that is under way ends first; none is where it was of no file. */
static __always_inline int probe_end(enum op op)
{
	const __u64 now = bpf_ktime_get_ns();
	struct call *calls = calls_of(op);
	__u64 ns;

	for (int level = 0; calls && level < LEVELS; level++)
		if (calls[level].span.began)
			return span_close(&calls[level].span, 0, now, &ns)
				       ? measure(op, calls[level].fstype, ns)
				       : 0;
	return 0;
}

/* Around a function, by what leads to its inode: directly, and by reading memory. */
#define WATCH(op, function, argument, inode, read_inode)             \
	SEC("fentry/" #function)                                     \
	ALTERNATIVE("operation", 1, "fentry")                        \
	int BPF_PROG(fentry_begin_##function, argument)              \
	{                                                            \
		return is_file(inode) ? begin(op, inode) : 0;        \
	}                                                            \
	SEC("fexit/" #function)                                      \
	ALTERNATIVE("operation", 1, "fentry")                        \
	int BPF_PROG(fentry_end_##function, argument)                \
	{                                                            \
		return is_file(inode) ? end(op, inode) : 0;          \
	}                                                            \
	PROBE_AT_ENTRY("operation", begin_##function, #function,     \
		       probe_begin(op, read_inode, false), argument) \
	PROBE_AT_RETURN("operation", end_##function, #function, probe_end(op))

#define WATCH_FILE(op, function) \
	WATCH(op, function, struct file *file, file->f_inode, BPF_CORE_READ(file, f_inode))

WATCH_FILE(OP_READ, vfs_read)
WATCH_FILE(OP_READ, vfs_readv)
WATCH_FILE(OP_READ, vfs_iter_read)
WATCH_FILE(OP_WRITE, vfs_write)
WATCH_FILE(OP_WRITE, vfs_writev)
WATCH_FILE(OP_WRITE, vfs_iter_write)
WATCH_FILE(OP_FSYNC, vfs_fsync_range)
WATCH(OP_GETATTR, vfs_getattr_nosec, struct path *path, path->dentry->d_inode,
      BPF_CORE_READ(path, dentry, d_inode))

static __always_inline const struct inode *inode_of(unsigned int fd)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	const struct file *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd);
	return BPF_CORE_READ(file, f_inode);
}

/* An event of its own: the others run also where there is no such function. Where vfs_fsync_range has
 * measured within, the end finds none. */
AT_ENTRY("fsync", begin_do_fsync, "do_fsync", probe_begin(OP_FSYNC, inode_of(fd), true),
	 unsigned int fd)
AT_RETURN("fsync", end_do_fsync, "do_fsync", probe_end(OP_FSYNC))

/* The file is not known before its opening ends. */
static __always_inline int begin_open(void)
{
	struct call *call = calls_of(OP_OPEN);

	return call ? begin_call(call, 0, NULL, false) : 0;
}

static __always_inline int end_open(const struct file *file)
{
	const __u64 now = bpf_ktime_get_ns();
	struct call *call = calls_of(OP_OPEN);
	const struct inode *inode = BPF_CORE_READ(file, f_inode); /* NULL where it failed */
	__u64 ns;

	if (!call)
		return 0;
	if (!is_file_mode(BPF_CORE_READ(inode, i_mode)))
		span_abandon(&call->span, 0);
	else if (span_close(&call->span, 0, now, &ns))
		measure(OP_OPEN, BPF_CORE_READ(inode, i_sb, s_type, name), ns);
	return 0;
}

AT_ENTRY_FIRST("open", begin_do_file_open, "do_file_open", begin_open())
AT_RESULT_FIRST("open", end_do_file_open, "do_file_open", end_open(file), struct file *file,
		int directory, void *path, void *flags)
AT_ENTRY_SECOND("open", begin_do_filp_open, "do_filp_open", "before 7.0", begin_open())
AT_RESULT_SECOND("open", end_do_filp_open, "do_filp_open", "before 7.0", end_open(file),
		 struct file *file, int directory, void *path, void *flags)
