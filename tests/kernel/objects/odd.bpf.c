// SPDX-License-Identifier: GPL-2.0-only
/* Labels whose decoders meet what they do not know, and one series for each new cgroup. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(odd, "Labels that cannot always be decoded", OFF);

enum colour { COLOUR_RED, COLOUR_BLUE };

struct odd {
	__u64 symbol DECODE(ksym);
	__u64 cgroup DECODE(cgroup);
	__u32 device DECODE(device);
	__u32 interface DECODE(ifname);
	__u32 syscall DECODE(syscall);
	enum colour colour PREFIX("COLOUR_");
	__u32 signal DECODE(signal);
	__u32 errno_ DECODE(errno);
};

HASH(odds, struct odd, __u64, 64) METRIC("node_odd_labels_total", "Labels that are odd.");

struct birth {
	__u64 cgroup DECODE(cgroup);
};

HASH(births, struct birth, __u64, 1000) METRIC("node_odd_cgroups_total", "New cgroups, by path.");

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_born, struct cgroup *born)
{
	struct birth key = { .cgroup = born->kn->id };
	__u64 *value = series(&births, &key);

	if (value)
		count(value);
	return 0;
}
