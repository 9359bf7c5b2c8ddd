// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': only a counter's name ends in _total */
#include "bad.h"

struct stats {
	HISTOGRAM(SECONDS, 0, -4, 4) m METRIC("bad_total", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
