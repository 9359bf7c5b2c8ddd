// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: min -30 is not from -29 to 31 */
#include "bad.h"

struct stats {
	HISTOGRAM(SECONDS, 0, -30, 1) m METRIC("bad_seconds", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
