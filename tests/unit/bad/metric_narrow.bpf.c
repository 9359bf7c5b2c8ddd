// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': neither __u64 nor __s64 nor a HISTOGRAM */
#include "bad.h"

struct stats {
	__u32 m COUNTER;
};

HASH(map, struct good_key, struct stats, 8);
