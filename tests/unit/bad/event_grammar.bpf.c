// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': event 'a b': not made of letters, digits and _ */
#include "bad.h"

struct stats {
	__u64 m COUNTER EVENT("a b");
};

HASH(map, struct good_key, struct stats, 8);
