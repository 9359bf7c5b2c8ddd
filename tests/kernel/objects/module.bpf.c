// SPDX-License-Identifier: GPL-2.0-only
/* What a module has: overlay's function, where /sys/kernel/btf tells of it and where it does not; XFS' tracepoint. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(module, "Functions and tracepoints of modules", OFF);

PARAMETER(watched, __u32, , "Process whose calls count");

__u64 overlay METRIC("node_module_overlay_total", "fsync() of a file on overlay.") EVENT("overlay");
__u64 xfs METRIC("node_module_xfs_total", "fsync() of a file on XFS.") EVENT("xfs");

static __always_inline int note(__u64 *counter)
{
	if (bpf_get_current_pid_tgid() >> 32 == watched)
		count(counter);
	return 0;
}

SEC("fentry/overlay:ovl_fsync")
ALTERNATIVE("overlay", 1, "typed")
NEEDS("field:overlay:ovl_inode.vfs_inode.i_mode")
int BPF_PROG(overlay_enters)
{
	return note(&overlay);
}

SEC("kprobe/ovl_fsync")
ALTERNATIVE("overlay", 2, "untyped")
int overlay_probed(struct pt_regs *regs)
{
	return note(&overlay);
}

SEC("tp_btf/xfs:xfs_file_fsync")
EVENT("xfs")
NEEDS("args:1")
NEEDS("tracepoint:xfs:xfs_file_fsync")
int BPF_PROG(xfs_syncs)
{
	return note(&xfs);
}
