// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_bucket': this suffix belongs to the parts of a histogram */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_bucket", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
