// SPDX-License-Identifier: GPL-2.0-only
/* struct 'key' member 'l16': more than 16 labels */
#include "bad.h"

struct key {
	__u32 l00, l01, l02, l03, l04, l05, l06, l07, l08, l09, l10, l11, l12, l13, l14, l15, l16;
};

HASH(map, struct key, __u64, 8) COUNTER;
