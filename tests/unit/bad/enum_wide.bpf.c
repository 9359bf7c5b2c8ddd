// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l': an enum of 8 bytes whose values clang cut to 4: use smaller ones */
#include "bad.h"

enum e { WIDE = 1ULL << 40 };

struct key {
	enum e l;
};

HASH(map, struct key, __u64, 8) COUNTER;
