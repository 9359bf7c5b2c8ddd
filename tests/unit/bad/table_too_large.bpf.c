// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': max_entries 65537 is not from 1 to 65536 */
#include "bad.h"

struct labels {
	__u32 l VALUES(65537);
};

TABLE(map, struct labels, 65537, __u64) COUNTER;
