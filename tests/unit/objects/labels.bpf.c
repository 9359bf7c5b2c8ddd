// SPDX-License-Identifier: GPL-2.0-only
/* Every form that a label can have. */
#include "vmlinux.h"

#include <bpf_exporter/collector.bpf.h>

COLLECTOR(labels, "Every form of a label", ON);

typedef enum { KIND_Late = 9, KIND_Early = 1, OTHER = 4 } kind_t;

enum packed { SMALL = 0, LARGE = 200 } __attribute__((packed));

struct key {
	const kind_t kind PREFIX("KIND_");
	enum packed packed;
	_Bool flag;
	__u8 tiny;
	__s8 small;
	__u64 wide;
	union {
		__u32 irq;
		__u32 action DECODE(irq);
	};
	struct {
		__s32 error DECODE(errno);
	};
	char comm[16];
	__u8 address[16] DECODE(inet);
	__u32 reason KERNEL_ENUM("skb_drop_reason", "SKB_DROP_REASON_");
	__u16 _pad[2];
};

HASH(map, struct key, __u64, 16) METRIC("label_all_total", "All kinds.");
