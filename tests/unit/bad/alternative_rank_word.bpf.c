// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': alternative 'first:a': its rank is not from 1 to 100 */
#include "bad.h"

SEC("perf_event")
ALTERNATIVE("a", first, "a")
PROGRAM(p)
