// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'Bad-name': not a valid metric name */
#include "bad.h"

struct stats {
	__u64 m METRIC("Bad-name", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
