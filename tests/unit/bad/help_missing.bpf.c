// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': help: missing */
#include "bad.h"

struct stats {
	__u64 m DESCRIBE("metric=bad_total");
};

HASH(map, struct good_key, struct stats, 8);
