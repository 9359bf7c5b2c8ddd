// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: min -1 is below 0: integers have no halves */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 0, -1, 1) m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
