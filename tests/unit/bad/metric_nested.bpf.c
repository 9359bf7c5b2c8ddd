// SPDX-License-Identifier: GPL-2.0-only
/* struct 'inner' member 'm': tag 'metric=bad_total': nothing reads it here */
#include "bad.h"

struct inner {
	__u64 m COUNTER;
};

struct stats {
	struct inner inner;
};

HASH(map, struct good_key, struct stats, 8);
