/* SPDX-License-Identifier: GPL-2.0-only */
/* A limit of the rate of requests: a bucket of `burst` tokens, one more each interval, full at first. */
#ifndef WEBCONFIG_RATELIMIT_H
#define WEBCONFIG_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: no limit. The caller locks. */
struct ratelimit {
	uint64_t interval_ns;
	unsigned int burst;
	uint64_t full_ns; /* when the bucket will be full again */
};

/* New values begin with a full bucket; the same ones change nothing. Interval 0: no limit. */
void ratelimit_set(struct ratelimit *l, uint64_t interval_ns, unsigned int burst);
/* Take a token at a time of CLOCK_MONOTONIC; false where there is none. */
bool ratelimit_take(struct ratelimit *l, uint64_t now_ns);

#endif
