// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_sum': this suffix belongs to the parts of a histogram */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_sum", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
