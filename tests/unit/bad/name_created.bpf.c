// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_created': this suffix belongs to OpenMetrics */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_created", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
