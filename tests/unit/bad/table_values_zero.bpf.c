// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member 'l': values '0': not a number from 1 to 65536 */
#include "bad.h"

struct labels {
	__u32 l VALUES(0);
};

TABLE(map, struct labels, 4, __u64) COUNTER;
