// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': the name of a counter of time ends in _seconds_total */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_total", "Bad.") NANOSECONDS;
};

HASH(map, struct good_key, struct stats, 8);
