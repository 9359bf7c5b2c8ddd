// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'n_exemplar': exemplar 'n': no member of that name is a histogram */
#include "bad.h"

#include <bpf_exporter/exemplar.bpf.h>

struct stats {
	HISTOGRAM(PLAIN, 0, 0, 4) m METRIC("bad", "Bad.");
	EXEMPLAR(n);
};

HASH(map, struct good_key, struct stats, 8);
