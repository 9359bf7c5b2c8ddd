// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'x': exemplar 'm': is not as EXEMPLAR() makes it */
#include "bad.h"

#include <bpf_exporter/exemplar.bpf.h>

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad", "Bad.");
	__u64 x DESCRIBE("exemplar=m");
};

HASH(map, struct good_key, struct stats, 8);
