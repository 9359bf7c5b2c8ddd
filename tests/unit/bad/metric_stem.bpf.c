// SPDX-License-Identifier: GPL-2.0-only
/* map 'map': metric 'bad': OpenMetrics calls 'bad_total' in map 'map' the same */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad", "Bad.") GAUGE;
	__u64 n METRIC("bad_total", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
