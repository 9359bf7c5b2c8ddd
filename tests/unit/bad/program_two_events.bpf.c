// SPDX-License-Identifier: GPL-2.0-only
/* function 'p': event 'a': also given as 'b' */
#include "bad.h"

SEC("perf_event")
EVENT("a")
EVENT("b")
PROGRAM(p)
