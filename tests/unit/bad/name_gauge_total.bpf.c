// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bad_total': only a counter's name ends in _total */
#include "bad.h"

struct stats {
	__u64 m METRIC("bad_total", "Bad.") GAUGE;
};

HASH(map, struct good_key, struct stats, 8);
