// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of the VFS, and how it fails: how busy are the file systems, and is anything
 * missing, forbidden or full?
 *
 * Off by default: a program stands in every read and write, of sockets and pipes, too; some 40 ns
 * with fexit. Where there is no fexit and before 6.14, reads, writes and fsyncs are counted by
 * kprobes, without their errors: of kretprobes the kernel has a few only for each function, and
 * threads that wait in a read would keep them all.
 *
 * Counted are calls of threads, by system call or by io_uring (whose reads and writes go past the
 * VFS), with the way along the path; not what file systems ask of one another.
 *
 * Each function is an event of its own: the compiler may have inlined one (they are static), which takes nothing else
 * away. Reads and writes of several buffers are then counted in the functions that call it, where these can be had, and
 * else not at all: --collector.list tells.
 *
 * One program sees each call, so nothing has to meet and nothing is lost here. What the kernel skips
 * is in bpf_exporter_program_missed_total; of kretprobes it does not tell it before 6.7, and of
 * opens, renames and the like more at once than it has kretprobes go uncounted then.
 *
 * All of fsync(2) and fdatasync(2) pass do_fsync, if the compiler did not inline it (Debian's: since
 * 6.12). If it did, vfs_fsync_range counts, which has those of io_uring and of the kernel, too.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/error.bpf.h>
#include <bpf_exporter/syscall.bpf.h>

COLLECTOR(vfs, "Calls into the virtual file system and their errors", OFF);

enum op {
	OP_READ,
	OP_WRITE,
	OP_OPEN,
	OP_CREATE,
	OP_FSYNC,
	OP_MKDIR,
	OP_RMDIR,
	OP_UNLINK,
	OP_RENAME
};

/* In a hash: what cannot be counted is absent, not zero. */
struct call_labels {
	enum op op PREFIX("OP_");
};

struct error_labels {
	enum op op PREFIX("OP_");
	__u32 errno DECODE(errno);
};

struct calls {
	__u64 total METRIC("node_vfs_calls_total",
			   "Calls into the virtual file system; create: files that an open made. A "
			   "high value shows which file operations keep the host busy.");
};

struct errors {
	__u64 total
		METRIC("node_vfs_errors_total",
		       "Calls into the virtual file system that failed. A high value of ENOSPC or "
		       "EDQUOT means a full disk or quota, of EIO a failing disk. read, write and "
		       "fsync are counted where the kernel has fexit, or since Linux 6.14.");
};

PERCPU_HASH(calls, struct call_labels, struct calls, OP_RENAME + 1);
PERCPU_HASH(errors, struct error_labels, struct errors, (OP_RENAME + 1) * ERROR_LABELS);

static __always_inline int called(enum op op)
{
	struct call_labels key = { .op = op };
	struct calls *c = series(&calls, &key);

	if (c)
		count(&c->total);
	return 0;
}

static __always_inline int returned(enum op op, int result)
{
	struct error_labels key = { .op = op, .errno = errno_label(result) };
	struct errors *e;

	if (is_error((long)result)) {
		e = series(&errors, &key);
		if (e)
			count(&e->total);
	}
	return called(op);
}

#define PF_IO_WORKER 0x10 /* include/linux/sched.h */
#define CALL_IO_URING_ENTER 426

/* io_uring opens what it has at hand without waiting; if that cannot be, it tries again, by a thread of its own, and its
 * user sees that result alone. */
static __always_inline bool is_tried_again(int error)
{
	const struct task_struct *task = (void *)bpf_get_current_task();

	return error == -EAGAIN && (BPF_CORE_READ(task, flags) & PF_IO_WORKER ||
				    current_syscall() == CALL_IO_URING_ENTER);
}

static __always_inline int opened(const struct file *file)
{
	__u64 result = (__u64)file;
	int error;

	if (is_error(result)) {
		/* The verifier lets no one calculate with a pointer, but copy its lower half. */
		asm volatile("%0 = %1" : "=w"(error) : "w"((__u32)result));
		return is_tried_again(error) ? 0 : returned(OP_OPEN, error);
	}
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		called(OP_CREATE);
	return called(OP_OPEN);
}

/* Behind a function's arguments is its result. */
#define CALL(event, op, function, arguments, rank, name)  \
	SEC("fexit/" #function)                           \
	ALTERNATIVE(event, rank, name)                    \
	int exit_##function(__u64 *ctx)                   \
	{                                                 \
		return returned(op, (int)ctx[arguments]); \
	}

#define PROBE(event, op, function, arguments, rank, name) \
	SEC("kprobe/" #function)                          \
	ALTERNATIVE(event, rank, name)                    \
	int probe_##function(void *ctx)                   \
	{                                                 \
		return called(op);                        \
	}

#define RETPROBE(event, op, function, arguments, rank, name) \
	SEC("kretprobe/" #function)                          \
	ALTERNATIVE(event, rank, name)                       \
	int BPF_KRETPROBE(probe_##function, int result)      \
	{                                                    \
		return returned(op, result);                 \
	}

/* Since 6.14 it has one for each call, as many as there may be. */
#define MULTIPROBE(event, op, function, arguments, rank, name) \
	SEC("kretprobe.multi/" #function)                      \
	ALTERNATIVE(event, rank, name)                         \
	NEEDS("field:fprobe.hlist_array")                      \
	int BPF_KRETPROBE(multi_##function, int result)        \
	{                                                      \
		return returned(op, result);                   \
	}

/* The first and the second choice of an event; the functions of the second go together. */
#define FIRST(probe, event, op, function, arguments)                     \
	CALL(event, op, function, arguments, 1, "fexit")                 \
	MULTIPROBE(event, op, function, arguments, 3, "kretprobe.multi") \
	probe(event, op, function, arguments, 5, "kprobe")
#define SECOND(probe, event, op, function, arguments, name)                     \
	CALL(event, op, function, arguments, 2, "fexit, " name)                 \
	MULTIPROBE(event, op, function, arguments, 4, "kretprobe.multi, " name) \
	probe(event, op, function, arguments, 6, "kprobe, " name)

FIRST(PROBE, "read", OP_READ, vfs_read, 4)
FIRST(PROBE, "write", OP_WRITE, vfs_write, 4)
FIRST(PROBE, "readv", OP_READ, vfs_readv, 5)
SECOND(PROBE, "readv", OP_READ, do_readv, 4, "vfs_readv is inlined")
SECOND(PROBE, "readv", OP_READ, do_preadv, 5, "vfs_readv is inlined")
FIRST(PROBE, "writev", OP_WRITE, vfs_writev, 5)
SECOND(PROBE, "writev", OP_WRITE, do_writev, 4, "vfs_writev is inlined")
SECOND(PROBE, "writev", OP_WRITE, do_pwritev, 5, "vfs_writev is inlined")

FIRST(RETPROBE, "mkdir", OP_MKDIR, filename_mkdirat, 3)
SECOND(RETPROBE, "mkdir", OP_MKDIR, do_mkdirat, 3, "before 7.0")
FIRST(RETPROBE, "rmdir", OP_RMDIR, filename_rmdir, 2)
SECOND(RETPROBE, "rmdir", OP_RMDIR, do_rmdir, 2, "before 7.0")
FIRST(RETPROBE, "unlink", OP_UNLINK, filename_unlinkat, 2)
SECOND(RETPROBE, "unlink", OP_UNLINK, do_unlinkat, 2, "before 7.0")
FIRST(RETPROBE, "rename", OP_RENAME, filename_renameat2, 5)
SECOND(RETPROBE, "rename", OP_RENAME, do_renameat2, 5, "before 7.0")

FIRST(PROBE, "fsync", OP_FSYNC, do_fsync, 2)
SECOND(PROBE, "fsync", OP_FSYNC, vfs_fsync_range, 4, "do_fsync is inlined")

#define OPEN(function, rank, name, multi_rank, multi_name, probe_rank, probe_name)               \
	SEC("fexit/" #function)                                                                  \
	ALTERNATIVE("open", rank, name)                                                          \
	int BPF_PROG(exit_##function, int directory, void *path, void *flags, struct file *file) \
	{                                                                                        \
		return opened(file);                                                             \
	}                                                                                        \
	SEC("kretprobe.multi/" #function)                                                        \
	ALTERNATIVE("open", multi_rank, multi_name)                                              \
	NEEDS("field:fprobe.hlist_array")                                                        \
	int BPF_KRETPROBE(multi_##function, struct file *file)                                   \
	{                                                                                        \
		return opened(file);                                                             \
	}                                                                                        \
	SEC("kretprobe/" #function)                                                              \
	ALTERNATIVE("open", probe_rank, probe_name)                                              \
	int BPF_KRETPROBE(probe_##function, struct file *file)                                   \
	{                                                                                        \
		return opened(file);                                                             \
	}

OPEN(do_file_open, 1, "fexit", 3, "kretprobe.multi", 5, "kprobe")
OPEN(do_filp_open, 2, "fexit, before 7.0", 4, "kretprobe.multi, before 7.0", 6,
     "kprobe, before 7.0")
