// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': type 'summary': not "gauge" */
#include "bad.h"

struct stats {
	__u64 m COUNTER DESCRIBE("type=summary");
};

HASH(map, struct good_key, struct stats, 8);
