// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': at byte 4 of its value, not on a multiple of 8 */
#include "bad.h"

struct stats {
	__u32 n;
	__u64 m COUNTER;
} __attribute__((packed));

HASH(map, struct good_key, struct stats, 8);
