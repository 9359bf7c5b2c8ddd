// SPDX-License-Identifier: GPL-2.0-only
/* struct 'labels' member 'l': an enumerator is negative or above 65535: no label of a table */
#include "bad.h"

enum e { BELOW = -1, ABOVE };

struct labels {
	enum e l;
};

TABLE(map, struct labels, 4, __u64) COUNTER;
