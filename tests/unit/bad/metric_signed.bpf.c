// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': a counter cannot be signed: use __u64 or GAUGE */
#include "bad.h"

struct stats {
	__s64 m COUNTER;
};

HASH(map, struct good_key, struct stats, 8);
