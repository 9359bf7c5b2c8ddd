// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': tag 'metric=bad_total': nothing reads it here */
#include "bad.h"

struct stats {
	__u64 m COUNTER;
};

__u64 bare METRIC("other_total", "Bad.");
HASH(map, struct good_key, HISTOGRAM(PLAIN, 0, 0, 1), 8) METRIC("bad", "Bad.");
struct stats *unused;
