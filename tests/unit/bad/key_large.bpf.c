// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key': 257 bytes of labels, more than 256 */
#include "bad.h"

struct key {
	char l[257];
};

HASH(map, struct key, __u64, 8) COUNTER;
