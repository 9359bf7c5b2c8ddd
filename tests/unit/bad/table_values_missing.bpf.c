// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member 'l': values: missing: a table must know how many values the label has */
#include "bad.h"

struct labels {
	__u32 l;
};

TABLE(map, struct labels, 4, __u64) COUNTER;
