// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: unit 2 is not from 0 to 1 */
#include "bad.h"

struct stats {
	HISTOGRAM(2, 0, 0, 1) m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
