// SPDX-License-Identifier: GPL-2.0-only
/* The difference of two clocks. */
#include "base/epoch.h"

#include <stdatomic.h>

#include "base/clock.h"

static atomic_uint_fast64_t boot_ns;

uint64_t epoch_settle(uint64_t kept, uint64_t seen)
{
	const int64_t moved = (int64_t)(seen - kept);
	const int64_t second = (int64_t)NS_PER_SECOND;

	return moved > second || moved < -second ? seen : kept;
}

void epoch_follow(void)
{
	const uint64_t seen = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);

	atomic_store_explicit(&boot_ns, epoch_settle(epoch_ns(), seen), memory_order_relaxed);
}

uint64_t epoch_ns(void)
{
	return atomic_load_explicit(&boot_ns, memory_order_relaxed);
}
