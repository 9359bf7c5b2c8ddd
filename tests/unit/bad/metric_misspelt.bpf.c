// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': tag 'metirc=bad_total': nothing reads it here */
#include "bad.h"

struct stats {
	__u64 m DESCRIBE("metirc=bad_total");
};

HASH(map, struct good_key, struct stats, 8);
