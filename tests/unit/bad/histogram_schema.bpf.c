// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: schema 4 is not from 0 to 3 */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 4, 0, 1) m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
