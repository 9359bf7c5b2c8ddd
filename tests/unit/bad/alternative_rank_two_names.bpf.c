// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': alternative '1:a': function 'q' has '1:b', but one rank has one name */
#include "bad.h"

SEC("perf_event")
ALTERNATIVE("a", 1, "a")
PROGRAM(p)

SEC("perf_event")
ALTERNATIVE("a", 1, "b")
PROGRAM(q)
