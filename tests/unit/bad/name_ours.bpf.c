// SPDX-License-Identifier: GPL-2.0-only
/* struct 'stats' member 'm': metric 'bpf_exporter_bad_total': names in bpf_exporter_ are the exporter's own */
#include "bad.h"

struct stats {
	__u64 m METRIC("bpf_exporter_bad_total", "Bad.");
};

HASH(map, struct good_key, struct stats, 8);
