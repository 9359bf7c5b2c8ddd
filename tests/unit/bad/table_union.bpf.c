// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member '(anonymous)': a table needs a slot for each label: no union or struct here */
#include "bad.h"

struct labels {
	union {
		__u32 a VALUES(2);
		__u32 b VALUES(2);
	};
};

TABLE(map, struct labels, 4, __u64) COUNTER;
