// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: 'sum' is not as HISTOGRAM() makes it */
#include "bad.h"

struct stats {
	struct {
		__u32 sum;
		__u64 bucket[3];
		__u8 unit[0][1];
		__u8 schema[0][1];
		__u8 min[0][64];
		__u8 max[0][65];
	} m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
