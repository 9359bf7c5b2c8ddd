// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': tag 'event=a': nothing reads it here */
#include "bad.h"

static __attribute__((noinline)) EVENT("a") int p(int *ctx)
{
	return *ctx;
}

SEC("perf_event")
int q(void *ctx)
{
	return p(ctx);
}
