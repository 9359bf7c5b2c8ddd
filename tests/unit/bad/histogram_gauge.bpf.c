// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': type 'gauge': a histogram cannot be a gauge */
#include "bad.h"

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
