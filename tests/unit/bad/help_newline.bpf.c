// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': help 'Bad.?': has a control character */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_total", "Bad.\n");
};

HASH(map, struct good_key, struct stats, 8);
