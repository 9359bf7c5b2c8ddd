// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': enumerators 'a_first' and 'a_one' have the same value */
#include "bad.h"

enum e { A_ONE = 1, A_FIRST = 1 };

struct key {
	enum e l;
};

HASH(map, struct key, __u64, 8) COUNTER;
