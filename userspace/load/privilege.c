// SPDX-License-Identifier: GPL-2.0-only
/* Looks for what may stand behind a refusal, the surest first: capabilities are read without libcap, the rest from
 * /proc and /sys, and only after the kernel has refused something. */
#include "load/privilege.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/file.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PERFMON_PARANOID 2 /* beyond, kernels of distributions ignore CAP_PERFMON */

/* ---- capabilities ---- */

/* Where it cannot be known, the kernel may say no. */
static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) ||
	       data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

static bool no_sys_admin(void)
{
	return !has_capability(CAP_SYS_ADMIN);
}

bool privilege_modules(void)
{
	return !no_sys_admin();
}

static bool no_bpf(void)
{
	return no_sys_admin() && !has_capability(CAP_BPF);
}

static bool no_perfmon(void)
{
	return no_sys_admin() && !has_capability(CAP_PERFMON);
}

static bool no_capability(void)
{
	return no_bpf() && no_perfmon();
}

/* ---- what else the kernel asks for ---- */

/* The first bytes of a small file; "" where it cannot be read. */
static void read_start(const char *path, char *out, size_t capacity)
{
	if (file_read(path, out, capacity) < 0)
		*out = '\0';
}

/* Capabilities count in the first user namespace only, the one that maps every user to itself. */
static bool in_user_namespace(void)
{
	char map[512];

	read_start("/proc/self/uid_map", map, sizeof(map));
	return *map && strcmp(map, "         0          0 4294967295\n");
}

static bool locked_down(void)
{
	char modes[128];

	read_start("/sys/kernel/security/lockdown", modes, sizeof(modes));
	return strstr(modes, "[confidentiality]");
}

static bool filtered(void)
{
	char status[4096];

	read_start("/proc/self/status", status, sizeof(status));
	return strstr(status, "\nSeccomp:\t2");
}

static bool paranoid(void)
{
	char level[16];

	read_start("/proc/sys/kernel/perf_event_paranoid", level, sizeof(level));
	return no_sys_admin() && strtol(level, NULL, 10) > PERFMON_PARANOID;
}

/* Before Linux 5.11 maps and programs count against RLIMIT_MEMLOCK, which libbpf raises where it may. The release that
 * ended it brought this helper: asked for while the limit still has room, since libbpf takes a refusal for a yes. */
static bool memory_counts;

static void ask_whether_memory_counts(void)
{
	memory_counts = libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER,
						BPF_FUNC_ktime_get_coarse_ns, NULL) != 1;
}

static bool memory_locked(void)
{
	struct rlimit limit;

	return memory_counts && !getrlimit(RLIMIT_MEMLOCK, &limit) &&
	       limit.rlim_cur != RLIM_INFINITY;
}

static bool always(void)
{
	return true;
}

/* ---- the table: the first row that holds is the advice ---- */

#define LOAD "run as root or with CAP_BPF and CAP_PERFMON"
#define OUTSIDE "run it in the host's user namespace: capabilities in another one have no effect"
#define UNLOCK \
	"kernel lockdown in confidentiality mode forbids it: boot with lockdown=integrity or none"
#define UNFILTER                                                                    \
	"a seccomp filter may forbid it: allow bpf() and perf_event_open() in the " \
	"container or the unit"
#define LESS_PARANOID \
	"set the sysctl kernel.perf_event_paranoid to 2, or run as root or with CAP_SYS_ADMIN"
#define RAISE "raise RLIMIT_MEMLOCK (ulimit -l unlimited), or run with CAP_SYS_RESOURCE"
#define DESCRIPTORS "raise the limit of open files (ulimit -n, LimitNOFILE=)"
#define ADMIN "run as root or with CAP_SYS_ADMIN if it is a function of a module or of a program"
#define MODULE "a security module or this kernel's build forbids it"

static const struct {
	int err;
	bool (*holds)(void);
	const char *advice;
} rows[] = {
	{ EPERM, no_capability, "; " LOAD },
	{ EPERM, no_bpf, "; CAP_BPF is missing: " LOAD },
	{ EPERM, no_perfmon, "; CAP_PERFMON is missing: " LOAD },
	{ EPERM, in_user_namespace, "; " OUTSIDE },
	{ EPERM, locked_down, "; " UNLOCK },
	{ EPERM, filtered, "; " UNFILTER },
	{ EPERM, memory_locked, "; " RAISE },
	{ EPERM, no_sys_admin, "; " ADMIN "; " MODULE },
	{ EPERM, always, "; " MODULE },
	{ EACCES, no_perfmon, "; CAP_PERFMON is missing: " LOAD },
	{ EACCES, paranoid, "; " LESS_PARANOID },
	{ EACCES, always, "; " MODULE },
	{ ENOSYS, filtered, "; " UNFILTER },
	{ ENOSYS, always, "; a kernel built with CONFIG_BPF_SYSCALL=y is needed" },
	{ ENOMEM, memory_locked, "; " RAISE },
	{ ENOMEM, always, "; the host or the cgroup has no memory left" },
	{ EMFILE, always, "; " DESCRIPTORS },
	{ E2BIG, always, "; too large for this kernel" },
};

const char *privilege_advice(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].err == abs(err) && rows[i].holds())
			return rows[i].advice;
	return "";
}

const char *privilege_verifier_advice(const char *refusal)
{
	/* Every kernel from 5.5 on has them, unless it keeps its memory from programs. Newer
	 * ones say it the second way. */
	return strstr(refusal, "unknown func bpf_probe_read") ||
			       strstr(refusal, "cannot use helper bpf_probe_read")
		       ? "; " UNLOCK
		       : "";
}

int privilege_check(struct error *e)
{
	int fd, err;

	if (no_bpf() || no_perfmon())
		return error_set(e, -EPERM, "BPF programs: not allowed to load them: -EPERM%s",
				 privilege_advice(EPERM));
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ask", sizeof(__u32), sizeof(__u32), 1, NULL);
	err = -errno;
	ask_whether_memory_counts();
	if (fd >= 0)
		return close(fd);
	return error_set(e, err, "bpf(): refused: -%s%s", error_name(err), privilege_advice(err));
}
