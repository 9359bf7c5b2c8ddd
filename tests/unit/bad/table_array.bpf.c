// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member 'l': a label of a table cannot be an array */
#include "bad.h"

struct labels {
	char l[4] VALUES(4);
};

TABLE(map, struct labels, 4, __u64) COUNTER;
