// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'process_bad_total': names in process_ are the exporter's own */
#include "bad.h"

struct stats {
	__u64 m METRIC("process_bad_total", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
