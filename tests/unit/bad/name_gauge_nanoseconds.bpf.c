// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad': the name of a time ends in _seconds */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad", "Bad.") GAUGE NANOSECONDS;
};

HASH(map, struct good_key, struct stats, 8);
