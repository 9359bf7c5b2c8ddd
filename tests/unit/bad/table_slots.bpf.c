// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels': its labels have 6 values together, but the table has 5 slots */
#include "bad.h"

struct labels {
	__u32 a VALUES(3);
	__u32 b VALUES(2);
};

TABLE(map, struct labels, 5, __u64) COUNTER;
