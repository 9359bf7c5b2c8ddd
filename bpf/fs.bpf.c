// SPDX-License-Identifier: GPL-2.0-only
/* How long file systems take to read, write, open, sync and tell attributes: is it the file system
 * that this program waits for, and which? Watched is the VFS, so that every type is seen, also one
 * whose module is loaded later.
 *
 * Off by default: two programs stand in every read and write, also those of sockets and pipes,
 * which they only look at. A pair costs some 150 ns with fentry, much of what a read of a cached
 * block takes, and 500 ns with kprobes. The kernel has a few kretprobes only for each function,
 * and threads that wait in reads of pipes or terminals keep them: operations whose end is missed
 * for want of one are counted as lost. Where there is neither, the collector syscall can tell the
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

COLLECTOR(fs, "Time of operations on files, by type of file system", OFF);

PARAMETER(slow_ns, __u64, , "Nanoseconds from which on an operation counts as slow") = 10000000;

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
		    "What overlay and its like do below counts there, too, "
		    "as does the fsync within a synchronous write. "
		    "Not seen: mmap, aio, splice, reads and writes of io_uring.");
	EXEMPLAR(time);
	__u64 slow METRIC("node_fs_slow_operations_total",
			  "Operations that took longer than --collector.fs.slow_ns.");
};

PERCPU_HASH(operations, struct operation_labels, struct operations, 192);

/* What a thread is in, by operation and by how far the file system is stacked upon others: within a
 * read of overlay (1) is one of ext4 (0). */
struct call {
	__u64 began; /* 0: none */
	const char *fstype;
	bool outer; /* of do_fsync: vfs_fsync_range within it may begin anew, and measures then */
};

#define LEVELS 4 /* the kernel allows 2 above the lowest */

struct calls {
	struct call of[OP_GETATTR + 1][LEVELS];
};

TASK_STORAGE(calls, struct calls);
/* Before 5.11. Where it forgets a thread in the midst of a call, the end counts as lost. */
BPF_EXPORTER_HASH(LRU_HASH, calls_before_5_11, __u32, struct calls, 2048);

static __always_inline struct call *calls_of_current(enum op op)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct calls *c;

	if (bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_TASK_STORAGE)) {
		c = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL,
					 BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!c)
			lose(LOST_MAP_FULL);
	} else {
		c = series(&calls_before_5_11, &thread);
	}
	return c ? c->of[op] : NULL;
}

static __always_inline int begin_call(struct call *calls, int depth, const char *fstype, bool outer)
{
	struct call *call = &calls[depth & (LEVELS - 1)];

	if (call->began && (outer || !call->outer))
		lose(LOST_NO_END);
	call->outer = outer;
	call->fstype = fstype;
	call->began = bpf_ktime_get_ns();
	return 0;
}

static __always_inline bool is_file_mode(__u32 mode)
{
	return (mode & S_IFMT) == S_IFREG || (mode & S_IFMT) == S_IFDIR;
}

#define is_file(inode) is_file_mode((inode)->i_mode)

static __always_inline int begin(enum op op, const struct inode *inode)
{
	struct call *calls = calls_of_current(op);
	const struct super_block *sb = inode->i_sb;

	return calls ? begin_call(calls, sb->s_stack_depth, sb->s_type->name, false) : 0;
}

/* A kretprobe does not know its file: nothing of an earlier one may be left for it to find. */
static __always_inline int probe_begin(enum op op, const struct inode *inode, bool outer)
{
	struct call *calls = calls_of_current(op);
	const struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	if (!calls)
		return 0;
	if (is_file_mode(BPF_CORE_READ(inode, i_mode)))
		return begin_call(calls, BPF_CORE_READ(sb, s_stack_depth),
				  BPF_CORE_READ(sb, s_type, name), outer);
	for (int level = 0; level < LEVELS; level++) {
		if (calls[level].began)
			lose(LOST_NO_END);
		calls[level].began = 0;
	}
	return 0;
}

static __always_inline void measure(enum op op, struct call *call)
{
	__u64 ns = elapsed(bpf_ktime_get_ns(), call->began);
	struct operation_labels key = { .op = op };
	struct operations *o;

	call->began = 0;
	if (bpf_probe_read_kernel_str(key.fstype, sizeof(key.fstype), call->fstype) < 0)
		lose(LOST_UNREADABLE);
	o = series(&operations, &key);
	if (!o)
		return;
	observe(&o->time, ns);
	if (ns > slow_ns)
		count(&o->slow);
	if (is_outlier(ns))
		keep_exemplar_of_current(&o->time_exemplar, ns);
}

/* The lowest that is under way ends first; false where none is. */
static __always_inline bool end(enum op op)
{
	struct call *calls = calls_of_current(op);

	for (int level = 0; calls && level < LEVELS; level++) {
		if (!calls[level].began)
			continue;
		measure(op, &calls[level]);
		return true;
	}
	return false;
}

#define WAY(event, way, function, rank, name) SEC(way "/" #function) ALTERNATIVE(event, rank, name)

/* Around a function, by what leads to its inode: directly, and by reading memory. */
#define WATCH(op, function, argument, inode, read_inode)      \
	WAY("operation", "fentry", function, 1, "fentry")     \
	int BPF_PROG(begin_##function, argument)              \
	{                                                     \
		return is_file(inode) ? begin(op, inode) : 0; \
	}                                                     \
	WAY("operation", "fexit", function, 1, "fentry")      \
	int BPF_PROG(end_##function, argument)                \
	{                                                     \
		if (is_file(inode) && !end(op))               \
			lose(LOST_NO_START);                  \
		return 0;                                     \
	}                                                     \
	WAY("operation", "kprobe", function, 2, "kprobe")     \
	int BPF_KPROBE(probe_begin_##function, argument)      \
	{                                                     \
		return probe_begin(op, read_inode, false);    \
	}                                                     \
	WAY("operation", "kretprobe", function, 2, "kprobe")  \
	int probe_end_##function(void *ctx)                   \
	{                                                     \
		end(op);                                      \
		return 0;                                     \
	}

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
AT_RETURN("fsync", end_do_fsync, "do_fsync", (end(OP_FSYNC), 0))

/* The file is not known before its opening ends. */
static __always_inline int begin_open(void)
{
	struct call *calls = calls_of_current(OP_OPEN);

	return calls ? begin_call(calls, 0, NULL, false) : 0;
}

static __always_inline int end_open(const struct file *file)
{
	struct call *calls = calls_of_current(OP_OPEN);
	const struct inode *inode = BPF_CORE_READ(file, f_inode); /* NULL where it failed */

	if (!calls)
		return 0;
	if (!is_file_mode(BPF_CORE_READ(inode, i_mode))) {
		calls->began = 0;
		return 0;
	}
	calls->fstype = BPF_CORE_READ(inode, i_sb, s_type, name);
	if (!end(OP_OPEN))
		lose(LOST_NO_START);
	return 0;
}

#define WATCH_OPEN(function, rank, name, probe_rank, probe_name)                                \
	WAY("open", "fentry", function, rank, name)                                             \
	int begin_##function(void *ctx)                                                         \
	{                                                                                       \
		return begin_open();                                                            \
	}                                                                                       \
	WAY("open", "fexit", function, rank, name)                                              \
	int BPF_PROG(end_##function, int directory, void *path, void *flags, struct file *file) \
	{                                                                                       \
		return end_open(file);                                                          \
	}                                                                                       \
	WAY("open", "kprobe", function, probe_rank, probe_name)                                 \
	int probe_begin_##function(void *ctx)                                                   \
	{                                                                                       \
		return begin_open();                                                            \
	}                                                                                       \
	WAY("open", "kretprobe", function, probe_rank, probe_name)                              \
	int BPF_KRETPROBE(probe_end_##function, struct file *file)                              \
	{                                                                                       \
		return end_open(file);                                                          \
	}

WATCH_OPEN(do_file_open, 1, "fentry", 3, "kprobe")
WATCH_OPEN(do_filp_open, 2, "fentry, before 7.0", 4, "kprobe, before 7.0")
