// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': prefix 'A_': two enumerators are called 'one' */
#include "bad.h"

enum e { A_ONE, one };

struct key {
	enum e l PREFIX("A_");
};

HASH(map, struct key, __u64, 8) COUNTER;
