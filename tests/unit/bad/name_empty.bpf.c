// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric '': not a valid metric name */
#include "bad.h"

struct stats {
	__u64 m METRIC("", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
