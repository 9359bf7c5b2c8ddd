// SPDX-License-Identifier: GPL-2.0-only
/* variable 'map': a value of 65544 bytes, more than 65536 */
#include "bad.h"

struct stats {
	__u64 m COUNTER;
	__u64 more[8192];
};

HASH(map, struct good_key, struct stats, 8);
