// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of the VFS, and how it fails: how busy are the file systems, and is anything
 * missing, forbidden or full?
 *
 * Off by default: a program stands in every read and write, of sockets and pipes, too; some 40 ns
 * with fexit. Where there is no fexit, reads, writes and fsyncs are counted by kprobes, without
 * their errors: of kretprobes the kernel has a few only for each function, and threads that wait
 * in a read would keep them all.
 *
 * Counted are calls of threads, by system call or by io_uring (whose reads and writes go past the
 * VFS), with the way along the path; not what file systems ask of one another.
 *
 * All of fsync(2) and fdatasync(2) pass do_fsync, if the compiler did not inline it (Debian's: since
 * 6.12). If it did, vfs_fsync_range counts, which has those of io_uring and of the kernel, too.
 */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>
#include <bpf_exporter/error.bpf.h>

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

struct call_labels {
	enum op op PREFIX("OP_");
};

struct error_labels {
	enum op op PREFIX("OP_");
	__u32 errno DECODE(errno);
};

struct calls {
	__u64 total METRIC("node_vfs_calls_total",
			   "Calls into the virtual file system; create: files that an open made.")
		EVENT("call");
} OWN_CACHE_LINE;

struct errors {
	__u64 total METRIC("node_vfs_errors_total",
			   "Calls into the virtual file system that failed (read, write and fsync: "
			   "where the kernel has fexit).");
};

TABLE(calls, struct call_labels, OP_RENAME + 1, struct calls);
PERCPU_HASH(errors, struct error_labels, struct errors, (OP_RENAME + 1) * ERROR_LABELS);

static __always_inline int called(enum op op)
{
	struct calls *c = slot(&calls, op);

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

static __always_inline int opened(const struct file *file)
{
	__u64 result = (__u64)file;
	int error;

	if (is_error(result)) {
		/* The verifier lets no one calculate with a pointer, but copy its lower half. */
		asm volatile("%0 = %1" : "=w"(error) : "w"((__u32)result));
		return returned(OP_OPEN, error);
	}
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		called(OP_CREATE);
	return called(OP_OPEN);
}

#define CALL(op, function, arguments, event, rank, name)  \
	SEC("fexit/" #function)                           \
	ALTERNATIVE(event, rank, name)                    \
	int exit_##function##_##rank(__u64 *ctx)          \
	{                                                 \
		return returned(op, (int)ctx[arguments]); \
	}

#define PROBE(op, function, arguments, event, rank, name) \
	SEC("kprobe/" #function)                          \
	ALTERNATIVE(event, rank, name)                    \
	int probe_##function##_##rank(void *ctx)          \
	{                                                 \
		return called(op);                        \
	}

#define RETPROBE(op, function, arguments, event, rank, name) \
	SEC("kretprobe/" #function)                          \
	ALTERNATIVE(event, rank, name)                       \
	int BPF_KRETPROBE(probe_##function, int result)      \
	{                                                    \
		return returned(op, result);                 \
	}

#define OPEN(function, rank, name, probe_rank, probe_name)                                       \
	SEC("fexit/" #function)                                                                  \
	ALTERNATIVE("call", rank, name)                                                          \
	int BPF_PROG(exit_##function, int directory, void *path, void *flags, struct file *file) \
	{                                                                                        \
		return opened(file);                                                             \
	}                                                                                        \
	SEC("kretprobe/" #function)                                                              \
	ALTERNATIVE("call", probe_rank, probe_name)                                              \
	int BPF_KRETPROBE(probe_##function, struct file *file)                                   \
	{                                                                                        \
		return opened(file);                                                             \
	}

/* Functions, and how many arguments they have: behind them is the result. */
/* clang-format off */
#define FILES(way, ...)                           \
	way(OP_READ, vfs_read, 4, __VA_ARGS__)    \
	way(OP_READ, vfs_readv, 5, __VA_ARGS__)   \
	way(OP_WRITE, vfs_write, 4, __VA_ARGS__)  \
	way(OP_WRITE, vfs_writev, 5, __VA_ARGS__)

#define PATHS(way, mkdir, rmdir, unlink, rename, ...) \
	way(OP_MKDIR, mkdir, 3, __VA_ARGS__)          \
	way(OP_RMDIR, rmdir, 2, __VA_ARGS__)          \
	way(OP_UNLINK, unlink, 2, __VA_ARGS__)        \
	way(OP_RENAME, rename, 5, __VA_ARGS__)

#define PATHS_SINCE_7_0(way, ...) \
	PATHS(way, filename_mkdirat, filename_rmdir, filename_unlinkat, filename_renameat2, __VA_ARGS__)
#define PATHS_BEFORE_7_0(way, ...) \
	PATHS(way, do_mkdirat, do_rmdir, do_unlinkat, do_renameat2, __VA_ARGS__)
/* clang-format on */

FILES(CALL, "call", 1, "fexit")
PATHS_SINCE_7_0(CALL, "call", 1, "fexit")
FILES(CALL, "call", 2, "fexit, before 7.0")
PATHS_BEFORE_7_0(CALL, "call", 2, "fexit, before 7.0")
FILES(PROBE, "call", 3, "kprobe")
PATHS_SINCE_7_0(RETPROBE, "call", 3, "kprobe")
FILES(PROBE, "call", 4, "kprobe, before 7.0")
PATHS_BEFORE_7_0(RETPROBE, "call", 4, "kprobe, before 7.0")
OPEN(do_file_open, 1, "fexit", 3, "kprobe")
OPEN(do_filp_open, 2, "fexit, before 7.0", 4, "kprobe, before 7.0")

CALL(OP_FSYNC, do_fsync, 2, "fsync", 1, "fexit")
CALL(OP_FSYNC, vfs_fsync_range, 4, "fsync", 2, "fexit, do_fsync is inlined")
PROBE(OP_FSYNC, do_fsync, 2, "fsync", 3, "kprobe")
PROBE(OP_FSYNC, vfs_fsync_range, 4, "fsync", 4, "kprobe, do_fsync is inlined")
