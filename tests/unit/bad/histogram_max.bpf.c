// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': histogram: max 33 is not from -28 to 32 */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 33) m METRIC("bad", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
