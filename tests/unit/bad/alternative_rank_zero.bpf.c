// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': alternative '0:a': its rank is not from 1 to 100 */
#include "bad.h"

SEC("perf_event")
ALTERNATIVE("a", 0, "a")
PROGRAM(p)
