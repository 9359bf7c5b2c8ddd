// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': prefix 'B_': no enumerator begins with it */
#include "bad.h"

enum e { A_ONE, A_TWO };

struct key {
	enum e l PREFIX("B_");
};

HASH(map, struct key, __u64, 8) COUNTER;
