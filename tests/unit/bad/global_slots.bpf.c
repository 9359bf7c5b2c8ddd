// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels': its labels have 3 values together, but the table has 2 slots */
#include "bad.h"

struct labels {
	__u32 l VALUES(3);
};

GLOBAL(n, struct labels, 2, __u64) COUNTER;
