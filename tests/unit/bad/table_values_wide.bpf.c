// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member 'l': values '300': more than 1 bytes can hold */
#include "bad.h"

struct labels {
	__u8 l VALUES(300);
};

TABLE(map, struct labels, 300, __u64) COUNTER;
