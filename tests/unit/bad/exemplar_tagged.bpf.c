// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm_exemplar': tag 'help=Bad.': key 'help' is unknown here */
#include "bad.h"

#include <bpf_exporter/exemplar.bpf.h>

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad", "Bad.");
	EXEMPLAR(m) DESCRIBE("help=Bad.");
};

HASH(map, struct good_key, struct stats, 8);
