// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': alternative '1:': it has no name */
#include "bad.h"

SEC("perf_event")
ALTERNATIVE("a", 1, "")
PROGRAM(p)
