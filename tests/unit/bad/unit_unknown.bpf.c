// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': unit 'fortnights': not "seconds" */
#include "bad.h"

struct stats {
	__u64 m COUNTER DESCRIBE("unit=fortnights");
};

HASH(map, struct good_key, struct stats, 8);
