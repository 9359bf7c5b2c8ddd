// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': tag 'colour=red': key 'colour' is unknown here */
#include "bad.h"

struct stats {
	__u64 m COUNTER DESCRIBE("colour=red");
};

HASH(map, struct good_key, struct stats, 8);
