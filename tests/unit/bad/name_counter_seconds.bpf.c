// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_seconds_total': it says seconds, but the value is not NANOSECONDS */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_seconds_total", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
