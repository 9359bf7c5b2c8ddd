// SPDX-License-Identifier: GPL-2.0-only
/* The bucket as one point in time: when it will be full again. A token less is an interval more. */
#include "webconfig/ratelimit.h"

void ratelimit_set(struct ratelimit *l, uint64_t interval_ns, unsigned int burst)
{
	if (l->interval_ns == interval_ns && l->burst == burst)
		return;
	*l = (struct ratelimit){ .interval_ns = interval_ns, .burst = burst };
}

bool ratelimit_take(struct ratelimit *l, uint64_t now_ns)
{
	const uint64_t full_ns = l->full_ns > now_ns ? l->full_ns : now_ns;
	uint64_t capacity_ns;

	if (!l->interval_ns)
		return true;
	/* Longer than any clock runs: never empty. */
	if (__builtin_mul_overflow(l->interval_ns, l->burst, &capacity_ns))
		return true;
	if (full_ns - now_ns + l->interval_ns > capacity_ns)
		return false;
	l->full_ns = full_ns + l->interval_ns;
	return true;
}
