// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'other': exemplar 'm': that histogram has one already */
#include "bad.h"

#include <bpf_exporter/exemplar.bpf.h>

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad", "Bad.");
	EXEMPLAR(m);
	struct exemplar_record other DESCRIBE("exemplar=m");
};

HASH(map, struct good_key, struct stats, 8);
