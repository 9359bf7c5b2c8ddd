// SPDX-License-Identifier: GPL-2.0-only
/* Effective capabilities, read without libcap. */
#include "kernel/privilege.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#define ADVICE "run as root or with CAP_BPF and CAP_PERFMON"

static bool has_capability(const struct __user_cap_data_struct *data, unsigned int capability)
{
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

static bool may_load(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return true; /* let the kernel say no */
	return has_capability(data, CAP_SYS_ADMIN) ||
	       (has_capability(data, CAP_BPF) && has_capability(data, CAP_PERFMON));
}

int privilege_check(struct error *e)
{
	if (may_load())
		return 0;
	return error_set(e, -EPERM, "BPF programs: not allowed to load them: -EPERM; " ADVICE);
}

const char *privilege_advice(int err)
{
	switch (abs(err)) {
	case EPERM:
	case EACCES:
		return may_load() ? "; kernel lockdown or a security module forbids it"
				  : "; " ADVICE;
	case ENOMEM:
		return "; memory is short, or the limit of a cgroup or RLIMIT_MEMLOCK";
	case E2BIG:
		return "; too large for this kernel";
	default:
		return "";
	}
}
