// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': a bit-field cannot be a metric */
#include "bad.h"

struct stats {
	__u64 m : 5 COUNTER;
};

HASH(map, struct good_key, struct stats, 8);
