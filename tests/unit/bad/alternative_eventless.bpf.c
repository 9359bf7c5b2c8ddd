// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': alternative '1:a': of no event */
#include "bad.h"

SEC("perf_event")
DESCRIBE("alternative=1:a")
PROGRAM(p)
