// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': unit 'seconds': nanoseconds cannot be signed: use __u64 */
#include "bad.h"

struct stats {
	__s64 m METRIC("bad_seconds", "Bad.") GAUGE NANOSECONDS;
};

HASH(map, struct good_key, struct stats, 8);
