// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: min 3 is not below max 3 */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 0, 3, 3) m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
