// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_seconds': it says seconds, but the value is neither NANOSECONDS nor a HISTOGRAM of SECONDS */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_seconds", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
