// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': unit 'seconds': a histogram's unit is that of its scheme */
#include "bad.h"

struct stats {
	HISTOGRAM(SECONDS, 0, -4, 4) m METRIC("bad_seconds", "Bad.") NANOSECONDS;
};

HASH(map, struct good_key, struct stats, 8);
