// SPDX-License-Identifier: GPL-2.0-only
/* map 'map': metric 'bad_total': also in map 'map' */
#include "bad.h"

struct stats {
	__u64 a COUNTER;
	__u64 b COUNTER;
};

HASH(map, struct good_key, struct stats, 8);
