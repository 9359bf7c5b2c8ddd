// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_count': this suffix belongs to the parts of a histogram */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad_count", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
