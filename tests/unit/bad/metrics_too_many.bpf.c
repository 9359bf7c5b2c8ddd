// SPDX-License-Identifier: GPL-2.0-only
/* more than 32 metrics */
#include "bad.h"

#define FOUR(n)                                         \
	__u64 n##a METRIC("bad_" #n "a_total", "Bad."); \
	__u64 n##b METRIC("bad_" #n "b_total", "Bad."); \
	__u64 n##c METRIC("bad_" #n "c_total", "Bad."); \
	__u64 n##d METRIC("bad_" #n "d_total", "Bad.");

struct stats {
	FOUR(a) FOUR(b) FOUR(c) FOUR(d) FOUR(e) FOUR(f) FOUR(g) FOUR(h) FOUR(i)
};

HASH(map, struct good_key, struct stats, 8);
