// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': help 'One.': also given as 'Two.' */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_total", "One.") DESCRIBE("help=Two.");
};

HASH(map, struct good_key, struct stats, 8);
