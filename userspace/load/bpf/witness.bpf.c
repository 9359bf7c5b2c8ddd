// SPDX-License-Identifier: GPL-2.0-only
/* Programs by each kind of probe at the function of getsid(2), which is rare, and harmless to call. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../witness_state.h"

#if defined(__TARGET_ARCH_x86)
#define FUNCTION "__x64_sys_getsid"
#elif defined(__TARGET_ARCH_arm64)
#define FUNCTION "__arm64_sys_getsid"
#endif

struct witness_state state;

#define WITNESS(name, section, probe)                                           \
	SEC(section)                                                            \
	int name(void *ctx)                                                     \
	{                                                                       \
		(void)ctx;                                                      \
		__atomic_fetch_add(&state.seen[probe], 1ULL, __ATOMIC_RELAXED); \
		return 0;                                                       \
	}

WITNESS(by_fentry, "fentry/" FUNCTION, PROBE_FENTRY)
WITNESS(by_kprobe, "kprobe/" FUNCTION, PROBE_KPROBE)
WITNESS(by_multi, "kprobe.multi/" FUNCTION, PROBE_MULTI)

char LICENSE[] SEC("license") = "GPL";
