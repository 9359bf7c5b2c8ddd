// SPDX-License-Identifier: GPL-2.0-only
/* The table of system calls, and the filter that is made of it: a comparison a row, the most frequent ones first. */
#include "app/seccomp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define FOREIGN_CALLS 0x40000000U /* of x32, which has the same architecture */
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_CALLS UINT32_MAX
#else
#error "which architecture do system calls have here?"
#endif

/* Of the calls that the C library makes differently by architecture and version, both are here. */
#define CALL(name, why)                 \
	{                               \
		__NR_##name, #name, why \
	}
static const struct seccomp_call calls[] = {
	CALL(futex, "locks of threads"),
#ifdef __x86_64__
	CALL(epoll_wait, "waiting for clients"),
#endif
	CALL(epoll_pwait, "waiting for clients"),
	CALL(recvfrom, "requests"),
	CALL(sendto, "answers, systemd's notifications"),
	CALL(recvmsg, "requests, TLS"),
	CALL(sendmsg, "answers, TLS"),
	CALL(read, "files of /proc and /sys, iterators, wake-ups"),
	CALL(write, "the log, wake-ups"),
	CALL(writev, "answers"),
	CALL(readv, "TLS"),
	CALL(clock_gettime, "time, where the vDSO cannot read it"),
	CALL(clock_nanosleep, "waiting"),
	CALL(nanosleep, "waiting"),
	CALL(accept4, "clients that connect"),
	CALL(accept, "clients that connect"),
	CALL(close, "closing connections and files"),
	CALL(shutdown, "closing connections"),
	CALL(epoll_ctl, "new and closed connections"),
	CALL(epoll_create1, "the server's threads"),
	CALL(eventfd2, "wake-ups"),
	CALL(pipe2, "wake-ups"),
	CALL(ppoll, "waiting for the log's reader"),
	CALL(setsockopt, "options of connections"),
	CALL(getsockopt, "options of connections"),
	CALL(getsockname, "addresses of clients"),
	CALL(getpeername, "addresses of clients"),
	CALL(socket, "names of network interfaces"),
	CALL(ioctl, "names of network interfaces, TLS"),
	CALL(openat, "files of /proc and /sys, the web configuration"),
	CALL(newfstatat, "files that may have changed"),
	CALL(fstat, "files that are read"),
	CALL(statx, "files that may have changed"),
	CALL(fstatfs, "which file system a folder is on"),
	CALL(statfs, "which file system a folder is on"),
	CALL(lseek, "files that are read"),
	CALL(pread64, "files that are read"),
	CALL(getdents64, "folders of cgroups"),
	CALL(readlinkat, "names of files"),
	CALL(faccessat, "which files there are"),
	CALL(name_to_handle_at, "names of cgroups"),
	CALL(fcntl, "descriptors"),
	CALL(dup, "descriptors"),
	CALL(mmap, "memory"),
	CALL(munmap, "memory"),
	CALL(mremap, "memory"),
	CALL(mprotect, "memory of threads"),
	CALL(madvise, "memory that is given back"),
	CALL(brk, "memory"),
	CALL(getrandom, "TLS, hash seeds"),
	CALL(clone, "the server's threads"),
	CALL(clone3, "the server's threads"),
	CALL(set_robust_list, "the server's threads"),
	CALL(rseq, "the server's threads"),
	CALL(rt_sigaction, "shutdown"),
	CALL(rt_sigprocmask, "threads, shutdown"),
	CALL(rt_sigtimedwait, "waiting for SIGTERM and SIGHUP"),
	CALL(rt_sigreturn, "signals"),
	CALL(sigaltstack, "signals"),
	CALL(restart_syscall, "waiting, after SIGSTOP"),
	CALL(tgkill, "abort after an error"),
	CALL(setitimer, "shutdown that hangs"),
	CALL(gettid, "threads"),
	CALL(getpid, "threads"),
	CALL(getuid, "user and group of the process"),
	CALL(geteuid, "user and group of the process"),
	CALL(getgid, "user and group of the process"),
	CALL(getegid, "user and group of the process"),
	CALL(capget, "the check that nothing is left"),
	CALL(uname, "the kernel's version"),
	CALL(getrusage, "CPU time of the process"),
	CALL(prlimit64, "limit of descriptors"),
	CALL(sched_yield, "scrapes that share an answer"),
	CALL(sched_getaffinity, "which CPUs there are"),
	CALL(sched_getattr, "time slices of threads"),
	CALL(sched_setattr, "time slices of threads"),
	CALL(prctl, "names of threads"),
	CALL(exit, "threads"),
	CALL(exit_group, "shutdown"),
#ifdef __x86_64__ /* newer architectures have none of these */
	CALL(poll, "waiting for the log's reader"),
	CALL(open, "files of /proc and /sys, the web configuration"),
	CALL(stat, "files that may have changed"),
	CALL(lstat, "files that may have changed"),
	CALL(readlink, "names of files"),
	CALL(access, "which files there are"),
	CALL(alarm, "shutdown that hangs"),
#endif
};

/* Of bpf() only what reads and runs what was made before. */
static const uint32_t bpf_commands[] = {
	BPF_MAP_LOOKUP_ELEM, BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_BATCH, BPF_OBJ_GET_INFO_BY_FD,
	BPF_PROG_TEST_RUN,   BPF_ITER_CREATE,	   BPF_MAP_DELETE_ELEM,
};

const struct seccomp_call *seccomp_filter_calls(size_t *nr)
{
	*nr = ARRAY_SIZE(calls);
	return calls;
}

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
/* Return `value` where what was loaded compares so, else go on. */
#define RETURN_IF(how, with, value) BPF_JUMP(BPF_JMP | (how) | BPF_K, with, 0, 1), RETURN(value)

#define HEAD 6
#define TAIL (3 + 2 * ARRAY_SIZE(bpf_commands) + 1)
#define LOWEST_HALF 0 /* of the first argument, on little-endian machines */

int seccomp_filter_install(void)
{
	struct sock_filter filter[HEAD + 2 * ARRAY_SIZE(calls) + TAIL] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		RETURN_IF(BPF_JGE, FOREIGN_CALLS, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };
	struct sock_filter *at = filter + HEAD;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++, at += 2) {
		at[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						     (uint32_t)calls[i].number, 0, 1);
		at[1] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	}
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bpf, 1, 0);
	*at++ = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	*at++ = (struct sock_filter)LOAD(args[LOWEST_HALF]);
	for (size_t i = 0; i < ARRAY_SIZE(bpf_commands); i++) {
		*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bpf_commands[i], 0,
						     1);
		*at++ = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	}
	*at = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program)
		       ? -errno
		       : 0;
}
